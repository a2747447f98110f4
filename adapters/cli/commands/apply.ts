import { defineCommand } from "../command.ts";
import { parseSetupFile, SetupFileError } from "../setup_file.ts";
import { textOf } from "../../contacts_file/text_file.ts";
import { setUp } from "./set_up.ts";

/** `apply FILE` */
export const applyFile = defineCommand({
  name: "apply",
  about: "Bring the database to what a setup file says; harmless to run again.",
  options: {},
  positionals: ["FILE"],
  async run(machine, { positionals: [path] }) {
    const text = textOf(path, await machine.readFile(path));
    try {
      return await setUp(machine, parseSetupFile(text));
    } catch (error) {
      if (!(error instanceof SetupFileError)) throw error;
      throw new SetupFileError(error.problems.map((problem) => `${path}: ${problem}`));
    }
  },
});
