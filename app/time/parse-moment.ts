/** What a person typed for a moment, understood; or what is wrong with it, in words. */
export type ParsedMoment =
  /** Null is now: live. */
  | { readonly ok: true; readonly timeUs: number | null }
  | { readonly ok: false; readonly problem: string };

const EXAMPLES = 'For example 14:03, yesterday 9:00, 2026-11-20 14:03:12.5 or -2h.';
const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 7 * 86_400_000],
]);
const UNIT_WORDS: ReadonlyArray<readonly [words: RegExp, unit: string]> = [
  [/^(?:ms|msecs?|milliseconds?)$/u, 'ms'],
  [/^(?:s|secs?|seconds?)$/u, 's'],
  [/^(?:m|mins?|minutes?)$/u, 'm'],
  [/^(?:h|hrs?|hours?)$/u, 'h'],
  [/^(?:d|days?)$/u, 'd'],
  [/^(?:w|weeks?)$/u, 'w'],
];
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
/** Longer than this no moment is written. */
const MOST_CHARS = 100;

class Misunderstood extends Error {}

/**
 * Understands a moment in local time: a time of day (the last such moment that has been), a date, both, a word for the day, how long ago
 * (`-2h 30m`, `2h ago`), ISO 8601 with a zone, or seconds, ms or µs since 1970. `nowMs` is what the words are relative to.
 */
export function parseMoment(text: string, nowMs: number): ParsedMoment {
  const words = text
    .slice(0, MOST_CHARS + 1)
    .trim()
    .toLowerCase();
  if (words === '') return problem(`Type a time. ${EXAMPLES}`);
  if (words === 'now' || words === 'live') return { ok: true, timeUs: null };
  try {
    const timeUs = words.length > MOST_CHARS ? null : understood(words, nowMs);
    return timeUs === null
      ? problem(`This is not understood as a time. ${EXAMPLES}`)
      : checked(timeUs, nowMs);
  } catch (error) {
    if (error instanceof Misunderstood) return problem(error.message);
    throw error;
  }
}

function understood(words: string, nowMs: number): number | null {
  return ago(words, nowMs) ?? sinceEpoch(words) ?? withZone(words) ?? local(words, nowMs);
}

function checked(timeUs: number, nowMs: number): ParsedMoment {
  if (timeUs > nowMs * 1000) return problem('That moment is still to come.');
  return timeUs < 0 ? problem('That is before 1970.') : { ok: true, timeUs };
}

function problem(words: string): ParsedMoment {
  return { ok: false, problem: words };
}

/** `-2h`, `-1h 30m`, `2 hours ago`, `-1.5d`. */
function ago(words: string, nowMs: number): number | null {
  const body = /^[-−]\s*(.+)$/u.exec(words)?.[1] ?? /^(.+?)\s+ago$/u.exec(words)?.[1];
  if (body === undefined) return null;
  const parts = [...body.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gu)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== body) {
    throw new Misunderstood('Say how long ago with a unit: -90s, -15m, -2h, -1d.');
  }
  let agoMs = 0;
  for (const [, amount, word = ''] of parts) agoMs += Number(amount) * unitMs(word);
  return Math.round((nowMs - agoMs) * 1000);
}

function unitMs(word: string): number {
  const unit = UNIT_WORDS.find(([pattern]) => pattern.test(word))?.[1];
  const ms = unit === undefined ? undefined : UNIT_MS.get(unit);
  if (ms === undefined) {
    throw new Misunderstood(`“${word}” is not a unit of time: use ms, s, m, h, d or w.`);
  }
  return ms;
}

/** Seconds, ms or µs since 1970, told apart by how many digits they have in this century. */
function sinceEpoch(words: string): number | null {
  if (!/^\d{10}(?:\.\d+)?$|^\d{13}(?:\.\d+)?$|^\d{16}$/u.test(words)) return null;
  const digits = words.indexOf('.') < 0 ? words.length : words.indexOf('.');
  const factor = digits === 10 ? 1e6 : digits === 13 ? 1e3 : 1;
  return Math.round(Number(words) * factor);
}

/** ISO 8601 with a zone: `2026-11-20T14:03:12.5Z`, `2026-11-20 14:03+01:00`. */
function withZone(words: string): number | null {
  const found = /^(\d{4}-\d{1,2}-\d{1,2})[t ]+([\d:.]+)\s*(z|utc|[+-]\d{2}:?\d{2})$/u.exec(words);
  if (!found) return null;
  const [, day = '', time = '', zone = ''] = found;
  const { year, month, dayOfMonth } = dateOf(day);
  const { hours, minutes, secondsUs } = timeOf(time);
  const utcMs = Date.UTC(year, month - 1, dayOfMonth, hours, minutes);
  return (utcMs - zoneMs(zone)) * 1000 + secondsUs;
}

function zoneMs(zone: string): number {
  const found = /^([+-])(\d{2}):?(\d{2})$/u.exec(zone);
  if (!found) return 0;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return (found[1] === '-' ? -minutes : minutes) * 60_000;
}

/** A day, a time of day, or both, in local time. */
function local(words: string, nowMs: number): number | null {
  const found =
    /^(?:(today|yesterday|[a-z]{3,9}|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}))?(?:[t, ]+(?:at )?|$|^)(\d{1,2}:[\d:.]*)?$/u.exec(
      words,
    );
  const [, day, time] = found ?? [];
  if (day === undefined && time === undefined) return null;
  const { hours, minutes, secondsUs } = timeOf(time ?? '0:00');
  const at = (year: number, month: number, dayOfMonth: number): number =>
    new Date(year, month, dayOfMonth, hours, minutes).getTime() * 1000 + secondsUs;
  const now = new Date(nowMs);
  if (day !== undefined) return dayAt(day, now, at);
  const today = at(now.getFullYear(), now.getMonth(), now.getDate());
  // The last time the clock showed it.
  return today <= nowMs * 1000 ? today : at(now.getFullYear(), now.getMonth(), now.getDate() - 1);
}

function dayAt(
  day: string,
  now: Date,
  at: (year: number, month: number, dayOfMonth: number) => number,
): number {
  const [year, month, date] = [now.getFullYear(), now.getMonth(), now.getDate()];
  if (day === 'today') return at(year, month, date);
  if (day === 'yesterday') return at(year, month, date - 1);
  if (/^[a-z]/u.test(day)) return at(year, month, date - daysSince(day, now));
  const parts = dateOf(day, year);
  return at(parts.year, parts.month - 1, parts.dayOfMonth);
}

/** Days since the last such weekday; today's own name means today. */
function daysSince(name: string, now: Date): number {
  const weekday = WEEKDAYS.findIndex((one) => one.startsWith(name));
  if (weekday < 0) {
    throw new Misunderstood(`“${name}” is not a day. ${EXAMPLES}`);
  }
  return (now.getDay() - weekday + 7) % 7;
}

interface DateParts {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly dayOfMonth: number;
}

function dateOf(text: string, thisYear = 0): DateParts {
  const numbers = text.split(/[-.]/u).map(Number);
  const ordered = text.includes('.') ? numbers.reverse() : numbers;
  const [dayOfMonth = 0, month = 0, year = thisYear] = [...ordered].reverse();
  const date = new Date(year, month - 1, dayOfMonth);
  if (date.getMonth() !== month - 1 || date.getDate() !== dayOfMonth) {
    throw new Misunderstood(`There is no day ${text}: write the date as year-month-day.`);
  }
  return { year, month, dayOfMonth };
}

interface TimeParts {
  readonly hours: number;
  readonly minutes: number;
  /** Seconds and their fraction, µs. */
  readonly secondsUs: number;
}

function timeOf(text: string): TimeParts {
  const found = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,6})?))?$/u.exec(text);
  if (!found) {
    throw new Misunderstood(`“${text}” is not a time of day: write 14:03, 14:03:12 or 14:03:12.5.`);
  }
  const [hours, minutes, seconds] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds >= 60) {
    throw new Misunderstood(
      `There is no ${text} on the clock: hours end at 23, minutes and seconds at 59.`,
    );
  }
  return { hours, minutes, secondsUs: Math.round(seconds * 1e6) };
}
