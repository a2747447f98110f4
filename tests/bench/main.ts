/**
 * `deno task bench`: makes its data, starts what it compares, and writes what it finds to
 * `results.md` and `results.svg` beside this file, and the comparison into the README.
 *
 *   --scale 0.01          a hundredth of the data (10,000 records, 50,000 calls)
 *   --only compare,profile,growth,replicas
 *   --rounds 5            rounds of each measurement
 *   --seconds 3           of each server in each round
 *   --database URL        a PostgreSQL server, by its superuser's URL, on which the data are kept
 *                         for the next run; a throw-away one if there is none
 *
 * @module
 */
import { parseArgs } from "node:util";
import { callerOf, RANKS } from "./callers.ts";
import { compare } from "./compare.ts";
import { asLogin } from "./data/fill.ts";
import { openDatabases } from "./databases.ts";
import { growth } from "./growth.ts";
import { startLoader } from "./loader.ts";
import { profile } from "./profile.ts";
import { replicas } from "./replicas.ts";
import { chart, markdown, type Report, withExcerpt } from "./report.ts";

const PARTS = ["compare", "profile", "growth", "replicas"] as const;
const PROGRAMS = { node: "nodejs", haproxy: "haproxy", pgbouncer: "pgbouncer" };

const { values } = parseArgs({
  args: Deno.args,
  options: {
    scale: { type: "string", default: "1" },
    only: { type: "string", default: PARTS.join() },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    database: { type: "string" },
  },
});
const only = values.only.split(",");
const [scale, rounds, seconds] = [values.scale, values.rounds, values.seconds].map(Number);
if (!(scale >= 0.01 && scale <= 10 && rounds >= 1 && seconds > 0)) {
  fail("--scale is from 0.01 to 10, --rounds and --seconds are positive");
}
for (const part of only) {
  if (!PARTS.some((each) => each === part)) fail(`--only takes ${PARTS.join(", ")}, not ${part}`);
}
const needed = [
  ...(only.includes("compare") ? ["node"] as const : []),
  ...(only.includes("replicas") ? ["haproxy", "pgbouncer"] as const : []),
].filter((program) => !onPath(program));
if (needed.length > 0) {
  const packages = needed.map((program) => PROGRAMS[program]).join(" ");
  fail(`needs ${needed.join(" and ")}: apt-get install ${packages}`);
}

const began = performance.now();
const databases = await openDatabases(scale, values.database, bar);
const loader = startLoader();
try {
  const report: Report = {
    records: Math.round(1_000_000 * scale),
    rounds,
    cores: navigator.hardwareConcurrency,
    minutes: 0,
    comparisons: null,
    splits: null,
    growth: null,
    replicas: null,
  };
  const pace = { rounds, milliseconds: 1000 * seconds };
  if (["compare", "profile", "replicas"].some((part) => only.includes(part))) {
    const caller = await callerOf(databases.large, RANKS.middle);
    if (only.includes("compare")) {
      const urls = { ownerUrl: databases.large, loginUrl: asLogin(databases.large) };
      report.comparisons = await compare(loader, urls, caller, pace, say);
    }
    if (only.includes("profile")) {
      const url = asLogin(databases.large);
      report.splits = await profile(loader, url, caller, pace.milliseconds, say);
    }
    if (only.includes("replicas")) {
      report.replicas = await replicas(loader, databases.large, caller, pace, say);
    }
  }
  if (only.includes("growth")) report.growth = await growth(loader, databases, rounds, say);
  report.minutes = (performance.now() - began) / 60_000;
  const tables = markdown(report);
  console.log(`\n${tables}`);
  await Deno.writeTextFile(new URL("./results.md", import.meta.url), tables);
  await Deno.writeTextFile(new URL("./results.svg", import.meta.url), chart(report));
  if (report.comparisons) {
    const readme = new URL("../../README.md", import.meta.url);
    await Deno.writeTextFile(readme, withExcerpt(await Deno.readTextFile(readme), tables));
  }
} finally {
  await loader.stop();
  await databases.stop();
}

function say(text: string): void {
  console.error(text);
}

/** One line that fills up, where a person looks on. */
function bar(done: number, what: string): void {
  const width = 40;
  const full = "#".repeat(Math.round(width * done)).padEnd(width, ".");
  const line = `[${full}] ${Math.round(100 * done)}% ${what}`;
  if (!Deno.stderr.isTerminal()) {
    if (done === 0 || done === 1) say(line);
    return;
  }
  const end = done === 1 ? "\n" : "";
  Deno.stderr.writeSync(new TextEncoder().encode(`\r${line.padEnd(100)}${end}`));
}

function onPath(program: string): boolean {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/usr/bin"];
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

function fail(why: string): never {
  console.error(`bench: ${why}`);
  Deno.exit(1);
}
