/**
 * What Linux tells of a process. Deno lets nobody read /proc who may not do everything, so another one is asked.
 *
 * @module
 */

/** Of a process. */
export interface ProcessFacts {
  /** Bytes of memory that are its own, and in use. */
  memory: number;
  /** Files and sockets that are open. */
  files: number;
}

/** How it is now. @throws Error when there is no such process. */
export async function factsOf(pid: number): Promise<ProcessFacts> {
  const script = `
    const status = Deno.readTextFileSync("/proc/${pid}/status");
    const memory = 1024 * Number(/^RssAnon:\\s+(\\d+) kB/m.exec(status)[1]);
    console.log(JSON.stringify({ memory, files: [...Deno.readDirSync("/proc/${pid}/fd")].length }));`;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", "--no-config", script],
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
