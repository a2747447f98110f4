/**
 * What the bench found, as a table in Markdown and as a chart.
 *
 * @module
 */
import type { Comparison } from "./compare.ts";
import type { Growth } from "./growth.ts";
import { ERAS } from "./messages.ts";
import type { Split } from "./profile.ts";
import type { Replicas } from "./replicas.ts";

/** Whatever was measured; null for what was not asked for. */
export interface Report {
  /** Records in the large database. */
  records: number;
  rounds: number;
  /** Processors of the machine, which the load generator, the servers and PostgreSQL share. */
  cores: number;
  /** Minutes that all of it took, making the data included. */
  minutes: number;
  comparisons: Comparison[] | null;
  splits: Split[] | null;
  growth: Growth[] | null;
  replicas: Replicas | null;
}

/** One line of the chart: a ratio, and what was aimed at. */
interface Bar {
  what: string;
  ratio: number;
  target: string;
}

/** The tables. */
export function markdown(report: Report): string {
  const { comparisons, splits, growth, replicas, records, rounds, cores, minutes } = report;
  const parts = [
    "# What `deno task bench` found",
    `${count(records)} records, ${
      count(5 * records)
    } calls of a hundred clients, the largest with ` +
    `more than a quarter of them. Medians of ${rounds} alternating rounds, in ` +
    `${minutes.toFixed(0)} minutes on ${cores} processors, which the load generator, the servers ` +
    "and PostgreSQL share. Trust the ratios: the rest is as fast as the machine.",
  ];
  if (comparisons) {
    parts.push(
      "## Tool calls a second, 32 at a time",
      "Reference: `@modelcontextprotocol/sdk` 1.x on Express under Node with `pg`, its " +
        "statements without names as its documentation shows them, and with. Floor: a Hono " +
        "handler on Deno with the same token check and SQL, without MCP.",
      table(
        [
          "tool",
          "protocol",
          "calls/s",
          "reference",
          "times the reference",
          "reference, prepared",
          "times that",
          "floor",
          "of the floor",
        ],
        comparisons.flatMap(({ tool, studio, reference, prepared, floor }) =>
          ERAS.map((era) => [
            tool,
            era,
            count(studio[era]),
            count(reference),
            `${(studio[era] / reference).toFixed(1)} ×`,
            count(prepared),
            `${(studio[era] / prepared).toFixed(1)} ×`,
            count(floor),
            (studio[era] / floor).toFixed(2),
          ])
        ),
      ),
    );
  }
  if (comparisons?.some(({ processor }) => processor.floor !== null)) {
    const names = ["reference", "prepared", "floor", ...ERAS] as const;
    parts.push(
      "Milliseconds of processor time that the server's own process takes for a call (PostgreSQL's and " +
        "the load generator's come on top), and so the most calls a second that one processor could " +
        "answer if it had nothing else to do:",
      table(
        ["tool", "reference", "reference, prepared", "floor", ...ERAS],
        comparisons.map(({ tool, processor }) => [
          tool,
          ...names.map((name) => billed(processor[name])),
        ]),
      ),
    );
  }
  if (splits && splits.length > 0) {
    const layers = [...new Set(splits.flatMap((each) => each.parts.map(([layer]) => layer)))];
    const partOf = ({ parts }: Split, layer: string) =>
      parts.find(([name]) => name === layer)?.[1] ?? 0;
    parts.push(
      "## Where the server's time goes",
      "Percent of the time that the server's process is busy, by V8's profiler.",
      table(
        ["layer", ...splits.map(({ tool, era }) => `${tool}, ${era}`)],
        layers.map((layer) => [
          layer,
          ...splits.map((each) => (100 * partOf(each, layer)).toFixed(0)),
        ]),
      ),
    );
  }
  if (growth) {
    parts.push(
      "## Growth: from a hundredth of the data to all of it",
      "Median milliseconds of one caller, the largest client unless said otherwise.",
      table(
        ["request", `${count(records / 100)} records`, `${count(records)} records`, "ratio"],
        growth.map(({ what, small, large, ratio }) => [
          what,
          small.toFixed(2),
          large.toFixed(2),
          ratio.toFixed(2),
        ]),
      ),
    );
  }
  if (replicas) {
    const { perSecond: { one, two }, processor, coldStart, memory } = replicas;
    parts.push(
      "## Replicas behind HAProxy, with PgBouncer in transaction mode between",
      table(["what", "measured"], [
        [
          "processors, for load generator, HAProxy, replicas, PgBouncer and PostgreSQL",
          count(cores),
        ],
        ["`get-record` calls/s, one process", count(one)],
        ["`get-record` calls/s, two processes", `${count(two)} (${(two / one).toFixed(2)} ×)`],
        ["of one process, ms of processor a call (calls/s of a processor)", billed(processor.one)],
        ["of two processes, the same", billed(processor.two)],
        ["from the start of a process to its first answered call", `${count(coldStart)} ms`],
        ["memory of a process, idle", `${count(memory.idle)} MiB`],
        ["memory of a process, after the load", `${count(memory.loaded)} MiB`],
      ]),
    );
  }
  return `${parts.join("\n\n")}\n`;
}

/** What of the tables the README repeats: those of tool calls a second. */
export function excerpt(tables: string): string {
  const section = tables.split("\n## ").find((each) => each.startsWith("Tool calls a second")) ??
    "";
  return section.split("\n").slice(1).join("\n").trim();
}

const [BEGIN, END] = ["<!-- bench:begin -->", "<!-- bench:end -->"];

/** The README with the excerpt of these tables where its marks are. */
export function withExcerpt(readme: string, tables: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`README.md: no ${BEGIN} before ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n${excerpt(tables)}\n${readme.slice(end)}`;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, i) => i === 0 ? "---" : "---:");
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

function billed(milliseconds: number | null): string {
  return milliseconds === null
    ? "unknown"
    : `${milliseconds.toFixed(2)} (${count(1000 / milliseconds)})`;
}

function count(number: number): string {
  return Math.round(number).toLocaleString("en");
}

const WIDTH = 860;
const LABEL = 400;
const ROW = 22;
const INK = "#1f2937";

/** The ratios as bars (SVG 1.1), each group on a scale of its own. */
export function chart({ comparisons, growth, replicas }: Report): string {
  const groups: { title: string; bars: Bar[] }[] = [];
  if (comparisons) {
    const bars = (of: "reference" | "floor", target: string) =>
      comparisons.flatMap((each) =>
        ERAS.map((era) => ({
          what: `${each.tool}, ${era}`,
          ratio: each.studio[era] / each[of],
          target,
        }))
      );
    groups.push({
      title: "Tool calls a second, times the reference",
      bars: bars("reference", "≥ 4"),
    });
    groups.push({ title: "Tool calls a second, of the floor", bars: bars("floor", "≥ 0.6") });
  }
  if (growth) {
    groups.push({
      title: "Latency with all the data, times that with a hundredth",
      bars: growth.map(({ what, ratio }) => ({ what, ratio, target: "≤ 1.3" })),
    });
  }
  if (replicas) {
    const { one, two } = replicas.perSecond;
    groups.push({
      title: "Two replicas, times one",
      bars: [{ what: "get-record", ratio: two / one, target: "" }],
    });
  }
  const lines: string[] = [];
  let y = 12;
  for (const { title, bars } of groups) {
    const most = Math.max(...bars.map(({ ratio }) => ratio));
    y += ROW;
    lines.push(text(12, y, title, "bold"));
    for (const { what, ratio, target } of bars) {
      y += ROW;
      const length = Math.max(1, ratio / most * (WIDTH - LABEL - 140));
      lines.push(
        text(24, y, what),
        `<rect x="${LABEL}" y="${y - 12}" width="${
          length.toFixed(1)
        }" height="14" fill="#0f766e"/>`,
        text(LABEL + length + 8, y, `${ratio.toFixed(2)}${target && `  (${target})`}`),
      );
    }
    y += ROW / 2;
  }
  const height = y + ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="13" fill="${INK}">\n` +
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>\n${lines.join("\n")}\n</svg>\n`;
}

function text(x: number, y: number, words: string, weight = "normal"): string {
  const safe = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y}" font-weight="${weight}">${safe}</text>`;
}
