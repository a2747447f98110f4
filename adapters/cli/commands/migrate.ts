import { defineCommand } from "../command.ts";

/** `migrate` */
export const migrate = defineCommand({
  name: "migrate",
  about: "Bring the database up to date; replicas that start together do it once.",
  options: {},
  async run(machine) {
    const migrations = await machine.migrate();
    return {
      json: { migrations },
      text: migrations.length
        ? migrations.map((name) => `Migrated ${name}`).join("\n")
        : "The database is up to date.",
    };
  },
});
