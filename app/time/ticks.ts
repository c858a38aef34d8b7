import type { Span } from './span';

/** A labelled place on the time axis. */
export interface Tick {
  readonly timeUs: number;
  readonly label: string;
  /** A new day (or year), told by its date. */
  readonly strong: boolean;
}

type Unit = 'ms' | 's' | 'min' | 'h' | 'd' | 'month' | 'year';
interface Step {
  readonly unit: Unit;
  readonly count: number;
  readonly us: number;
}

const UNIT_US: Readonly<Record<Unit, number>> = {
  ms: 1e3,
  s: 1e6,
  min: 60e6,
  h: 3600e6,
  d: 86_400e6,
  month: 30.44 * 86_400e6,
  year: 365.25 * 86_400e6,
};
const COUNTS: ReadonlyArray<readonly [Unit, readonly number[]]> = [
  ['ms', [1, 2, 5, 10, 20, 50, 100, 200, 500]],
  ['s', [1, 2, 5, 10, 15, 30]],
  ['min', [1, 2, 5, 10, 15, 30]],
  ['h', [1, 2, 3, 6, 12]],
  ['d', [1, 2, 7, 14]],
  ['month', [1, 2, 3, 6]],
  ['year', [1, 2, 5, 10, 20, 50, 100]],
];
const STEPS: readonly Step[] = COUNTS.flatMap(([unit, counts]) =>
  counts.map((count) => ({ unit, count, us: count * UNIT_US[unit] })),
);
/** No strip is wide enough for more. */
const MOST_TICKS = 200;

/** Round moments in local time within the span, at the most `most` of them, finest first that fits. */
export function timeTicks(span: Span, most: number): readonly Tick[] {
  const length = span.toUs - span.fromUs;
  const step = STEPS.find(({ us }) => length / us <= most) ?? STEPS.at(-1);
  if (!step || !(length > 0)) return [];
  const ticks: Tick[] = [];
  for (
    let timeMs = firstTickMs(span.fromUs / 1000, step);
    timeMs * 1000 <= span.toUs && ticks.length < MOST_TICKS;
    timeMs = nextTickMs(timeMs, step)
  ) {
    ticks.push(tickAt(timeMs, step));
  }
  return ticks;
}

/** The first round moment at or after a time. */
function firstTickMs(fromMs: number, step: Step): number {
  const begun = floorMs(fromMs, step);
  return begun >= fromMs ? begun : nextTickMs(begun, step);
}

/** The round moment at or before a time. What divides a minute is even in every time zone; longer steps are counted from local midnight. */
function floorMs(timeMs: number, { unit, count, us }: Step): number {
  const date = new Date(timeMs);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  switch (unit) {
    case 'ms':
    case 's':
      return Math.floor(timeMs / (us / 1000)) * (us / 1000);
    case 'min': {
      const minutes = Math.floor(date.getMinutes() / count) * count;
      return date.setMinutes(minutes, 0, 0);
    }
    case 'h':
      return new Date(year, month, day, Math.floor(date.getHours() / count) * count).getTime();
    case 'd':
      return new Date(year, month, 1 + Math.floor((day - 1) / count) * count).getTime();
    case 'month':
      return new Date(year, Math.floor(month / count) * count, 1).getTime();
    case 'year':
      return new Date(Math.floor(year / count) * count, 0, 1).getTime();
  }
}

/** The next round moment: a little beyond the step, so that a day of 25 hours is no obstacle, then down to it. */
function nextTickMs(timeMs: number, step: Step): number {
  const date = new Date(timeMs);
  switch (step.unit) {
    case 'ms':
    case 's':
    case 'min':
      return timeMs + step.us / 1000;
    case 'h': {
      const next = new Date(timeMs).setHours(date.getHours() + step.count, 0, 0, 0);
      // When clocks are set back, an hour comes twice.
      return next > timeMs ? next : timeMs + step.us / 1000;
    }
    case 'd': {
      const nextMonth = new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime();
      const next = new Date(timeMs).setDate(date.getDate() + step.count);
      // A week that is nearly over when the month begins anew would stand too close to it.
      return next > nextMonth - (step.count * 86_400e3) / 2 ? nextMonth : next;
    }
    case 'month':
      return new Date(date.getFullYear(), date.getMonth() + step.count, 1).getTime();
    case 'year':
      return new Date(date.getFullYear() + step.count, 0, 1).getTime();
  }
}

const dayName = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const monthName = new Intl.DateTimeFormat('en', { month: 'short', year: 'numeric' });

function tickAt(timeMs: number, { unit }: Step): Tick {
  const date = new Date(timeMs);
  const isMidnight = date.getHours() + date.getMinutes() + date.getSeconds() === 0;
  const isDay = isMidnight && date.getMilliseconds() === 0;
  const timeUs = Math.round(timeMs * 1000);
  if (unit === 'year') return { timeUs, label: String(date.getFullYear()), strong: true };
  if (unit === 'month') return { timeUs, label: monthName.format(date), strong: true };
  if (isDay) return { timeUs, label: dayName.format(date), strong: unit !== 'd' };
  return { timeUs, label: clockText(date, unit), strong: false };
}

function clockText(date: Date, unit: Unit): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (unit === 'h' || unit === 'min' || unit === 'd') return minutes;
  const seconds = `${minutes}:${two(date.getSeconds())}`;
  return unit === 's' ? seconds : `${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
