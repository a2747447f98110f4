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

/** The next moment, on a quarter of an hour, at which calling is open; null if none in eight days. */
export function nextOpening(
  windows: (CallingWindow | null)[],
  zones: string[],
  after: Date,
): Date | null {
  const step = 15 * MINUTE;
  const first = Math.ceil(after.getTime() / step) * step;
  for (let time = first; time <= after.getTime() + EIGHT_DAYS; time += step) {
    const moment = new Date(time);
    if (isOpen(windows, zones, moment)) return moment;
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
