/**
 * Whether the phone may ring now, in the callee's own time; daylight saving is the runtime's
 * time-zone database's business.
 *
 * @module
 */
import { invalid } from "../kernel/errors.ts";
import type { CallingWindow } from "./call_rules.ts";

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const EIGHT_DAYS = 8 * 24 * 60 * MINUTE;
const formats = new Map<string, Intl.DateTimeFormat>();

/** True when the runtime knows the IANA zone. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Whether the moment is inside every window in every zone; null windows allow any hour. */
export function isOpen(
  windows: (CallingWindow | null)[],
  zones: string[],
  moment: Date,
): boolean {
  return windows.every((window) =>
    window === null || zones.every((zone) => isInside(window, zone, moment))
  );
}

/** Openings of the latest `after`: a page of orders asks for the same few. */
const found = { after: NaN, openings: new Map<string, Date | null>() };

/** The next moment, to the minute, at which calling is open; null if none in eight days. */
export function nextOpening(
  windows: (CallingWindow | null)[],
  zones: string[],
  after: Date,
): Date | null {
  if (found.after !== after.getTime()) {
    found.after = after.getTime();
    found.openings.clear();
  }
  const key = JSON.stringify([windows, zones]);
  const known = found.openings.get(key);
  if (known !== undefined) return known;
  const opening = searchOpening(windows, zones, after);
  found.openings.set(key, opening);
  return opening;
}

/**
 * Zones differ from UTC by whole quarters of an hour, so a window opens on a quarter (a day begins,
 * a clock is changed) or as many minutes after one as its start is.
 */
function searchOpening(
  windows: (CallingWindow | null)[],
  zones: string[],
  after: Date,
): Date | null {
  const minutes = windows.map((window) => window === null ? 0 : Number(window.start.slice(3)) % 15);
  const offsets = [...new Set([0, ...minutes])].sort((a, b) => a - b);
  const end = after.getTime() + EIGHT_DAYS;
  const first = Math.floor(after.getTime() / QUARTER) * QUARTER;
  for (let quarter = first; quarter <= end; quarter += QUARTER) {
    for (const offset of offsets) {
      const moment = new Date(quarter + offset * MINUTE);
      if (moment >= after && isOpen(windows, zones, moment)) return moment;
    }
  }
  return null;
}

/**
 * The window with its days in order.
 *
 * @throws DomainError `invalid` for times or days that make no window.
 */
export function requireWindow(field: string, window: CallingWindow): CallingWindow {
  if (!TIME.test(window.start) || !TIME.test(window.end) || window.start >= window.end) {
    throw invalid(field, "start and end must be HH:MM with start before end");
  }
  const days = new Set(window.days);
  if (!days.size || window.days.some((d) => !Number.isInteger(d) || d < 1 || d > 7)) {
    throw invalid(field, "days must name at least one weekday, 1 (Monday) to 7 (Sunday)");
  }
  return { ...window, days: [...days].sort() };
}

function isInside(window: CallingWindow, zone: string, moment: Date): boolean {
  const parts = formatOf(zone).formatToParts(moment);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
  const time = `${part("hour")}:${part("minute")}`;
  const day = WEEKDAYS.indexOf(part("weekday")) + 1;
  return window.days.includes(day) && window.start <= time && time < window.end;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  formats.set(zone, made);
  return made;
}
