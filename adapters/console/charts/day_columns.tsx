/**
 * Calls over time: a column for each day, answered calls below, the others hatched above them.
 *
 * Across, everything is in percent and nothing is scaled, so that text has its size on any screen.
 *
 * @module
 */
// @ts-types="@types/d3-array"
import { nice, ticks } from "d3-array";
import type { DayStats } from "../../../src/campaigns/stats.ts";
import { countText, dayText, durationText, shareText } from "../ui/format.ts";
import { EmptyState } from "../ui/parts.tsx";

const HEIGHT = 200;
/** Above the highest line, for the upper half of its label. */
const ABOVE = 8;
/** Below the lowest line, for the days. */
const BELOW = 26;
/** Days that have their name below. */
const NAMED = 4;
/** Share of a day's width that its column takes. */
const FULL = 0.72;

/** The chart, and the same as a table. */
export function DayColumns({ days, title }: { days: DayStats[]; title: string }) {
  const most = Math.max(...days.map(({ calls }) => calls));
  const calls = sum(days, "calls");
  if (calls === 0) {
    return <EmptyState title={`No calls in these ${days.length} days`} />;
  }
  const [, top] = nice(0, Math.max(most, 1), 4);
  const lines = ticks(0, top, 4).filter(Number.isInteger);
  const y = (value: number) => round(ABOVE + HEIGHT * (1 - value / top));
  const answered = sum(days, "answered");
  const { day, calls: highest } = days.find((each) => each.calls === most)!;
  return (
    <figure class="chart">
      <Legend />
      <div class="chart-plot">
        <svg class="chart-axis" height={ABOVE + HEIGHT + BELOW} aria-hidden="true">
          {lines.map((value) => (
            <text x="100%" y={y(value) + 4} text-anchor="end">{countText(value)}</text>
          ))}
        </svg>
        <svg
          width="100%"
          height={ABOVE + HEIGHT + BELOW}
          role="img"
          aria-labelledby="days-title"
          aria-describedby="days-about"
        >
          <title id="days-title">{title}</title>
          <desc id="days-about">
            {`${countText(calls)} calls from ${dayText(days[0].day)} to ${
              dayText(days.at(-1)!.day)
            }, of which ${countText(answered)} (${
              shareText(answered, calls)
            }) were answered. Most on ${dayText(day)}: ${
              countText(highest)
            }. All figures are in the table below.`}
          </desc>
          <Hatching id="days-hatching" />
          {lines.map((value) => (
            <line class="chart-line" x1="0" x2="100%" y1={y(value)} y2={y(value)} />
          ))}
          {days.map((each, i) => (
            <Column
              stats={each}
              x={[(i + (1 - FULL) / 2) / days.length, FULL / days.length]}
              y={y}
            />
          ))}
          {named(days.length).map((i) => (
            <text
              x={percent((i + 0.5) / days.length)}
              y={ABOVE + HEIGHT + BELOW - 6}
              text-anchor={i === 0 ? "start" : i === days.length - 1 ? "end" : "middle"}
            >
              {dayText(days[i].day)}
            </text>
          ))}
        </svg>
      </div>
      <details class="figures">
        <summary>The same as a table</summary>
        <DayTable days={days} caption={title} />
      </details>
    </figure>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-hidden="true">
      <li>
        <svg width="14" height="14">
          <rect class="chart-answered" width="14" height="14" rx="3" />
        </svg>
        Answered
      </li>
      <li>
        <svg width="14" height="14">
          <Hatching id="legend-hatching" />
          <Hatched id="legend-hatching" x="0.5" y={0.5} width="13" height={13} />
        </svg>
        Not answered
      </li>
    </ul>
  );
}

function Hatching({ id }: { id: string }) {
  return (
    <defs>
      <pattern
        id={id}
        width="5"
        height="5"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect class="chart-other-back" width="5" height="5" />
        <rect class="chart-other-lines" width="1.600" height="5" />
      </pattern>
    </defs>
  );
}

function Hatched(
  { id, x, y, width, height }: { id: string; x: string; y: number; width: string; height: number },
) {
  return (
    <rect
      class="chart-other"
      fill={`url(#${id})`}
      x={x}
      y={y}
      width={width}
      height={height}
      rx="2"
    />
  );
}

function Column(
  { stats: { day, calls, answered }, x: [start, wide], y }: {
    stats: DayStats;
    /** Where it begins and how wide it is, as shares of the whole. */
    x: [number, number];
    y: (value: number) => number;
  },
) {
  if (calls === 0) return null;
  const [x, width, zero] = [percent(start), percent(wide), y(0)];
  return (
    <g>
      <title>{`${dayText(day)}: ${countText(calls)} calls, ${countText(answered)} answered`}</title>
      {calls > answered && (
        <Hatched
          id="days-hatching"
          x={x}
          y={y(calls)}
          width={width}
          height={round(y(answered) - y(calls))}
        />
      )}
      {answered > 0 && (
        <rect
          class="chart-answered"
          x={x}
          y={y(answered)}
          width={width}
          height={round(zero - y(answered))}
          rx="2"
        />
      )}
    </g>
  );
}

function DayTable({ days, caption }: { days: DayStats[]; caption: string }) {
  return (
    <table class="figures-table">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Day (UTC)</th>
          <th scope="col">Calls</th>
          <th scope="col">Answered</th>
          <th scope="col">Average</th>
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map(({ day, calls, answered, answeredEnded, answeredSeconds }) => (
          <tr>
            <th scope="row">{dayText(day)}</th>
            <td>{countText(calls)}</td>
            <td>{countText(answered)}</td>
            <td>
              {durationText(
                answeredEnded === 0 ? null : Math.round(answeredSeconds / answeredEnded),
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Which days have their name below: the first, the last, and some between, evenly. */
function named(days: number): number[] {
  const places = Math.min(days, NAMED);
  if (places < 2) return [0];
  return Array.from({ length: places }, (_, i) => Math.round(i * (days - 1) / (places - 1)));
}

function sum(days: DayStats[], key: "calls" | "answered"): number {
  return days.reduce((all, each) => all + each[key], 0);
}

function percent(part: number): string {
  return `${round(100 * part)}%`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
