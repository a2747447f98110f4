/**
 * Loaded before `deno task dev`, plays a disk without room for its embedded database, where files are
 * written: a small disk of its own would need a superuser. While `$STUDIO_DATA/full` is there it says
 * which paths have no room, by a part that they contain.
 *
 * @module
 */
import fs from "node:fs";

const { writeSync, openSync } = fs;
const paths = new Map<number, string>();

fs.openSync = (path, ...rest) => {
  const file = openSync(path, ...rest);
  paths.set(file, String(path));
  return file;
};

// One of several signatures, all of which begin with the file.
fs.writeSync = ((file: number, ...rest: [Uint8Array]) => {
  if (isFull(paths.get(file) ?? "")) {
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  }
  return writeSync(file, ...rest);
}) as typeof fs.writeSync;

function isFull(path: string): boolean {
  try {
    return path.includes(Deno.readTextFileSync(`${Deno.env.get("STUDIO_DATA")}/full`).trim());
  } catch {
    return false;
  }
}
