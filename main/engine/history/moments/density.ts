import type { Database, Statement } from '../driver';
import { BoundedCache } from './bounded-cache';
import type { KnownUnit, KnownUnits } from './known-units';
import { MINUTE_US, stepAt, type TimeSteps } from './time-steps';
import type { UnitContents } from './unit-contents';

const SECOND_US = 1_000_000;
const SECONDS_BYTES = 16 * 1024 * 1024;
/** How long one answer may read units; what is not known by then is spread evenly. */
const PATIENCE_MS = 40;

interface Minute {
  readonly minute: number;
  readonly messages: number;
}

/** How many messages of a unit came in each second that had any. */
interface UnitSeconds {
  readonly seconds: Uint32Array;
  readonly counts: Uint32Array;
}

export interface StepCounts {
  readonly counts: Float64Array;
  readonly isExact: boolean;
}

/** Counts messages in steps of time: from the minutes that are counted as they are written, and finer from the units. */
export class DensityCounts {
  readonly #units: KnownUnits;
  readonly #contents: UnitContents;
  readonly #profile: number;
  readonly #minutes: Statement<Minute>;
  readonly #inMinutes: Statement<number | null>;
  readonly #seconds = new BoundedCache<UnitSeconds>(SECONDS_BYTES);

  constructor(database: Database, profile: number, units: KnownUnits, contents: UnitContents) {
    this.#units = units;
    this.#contents = contents;
    this.#profile = profile;
    this.#minutes = database.prepare(
      'SELECT minute, messages FROM minutes WHERE profile = ? AND minute >= ? AND minute < ?',
    );
    this.#inMinutes = database
      .prepare<unknown[], number | null>('SELECT sum(messages) FROM minutes WHERE profile = ?')
      .pluck();
  }

  of(steps: TimeSteps): StepCounts {
    return steps.stepUs >= MINUTE_US ? this.#fromMinutes(steps) : this.#fromUnits(steps);
  }

  #fromMinutes(steps: TimeSteps): StepCounts {
    const surplus = this.#surplus();
    const oldest = this.#oldestMinute();
    const excess = surplus === 0 ? 0 : this.#countedIn(oldest) - this.#storedIn(oldest);
    // Messages that were removed are still counted elsewhere: the clock was set back.
    if (excess !== surplus) return this.#fromUnits(steps);
    const counts = new Float64Array(steps.length);
    const first = steps.fromUs / MINUTE_US;
    const end = first + (steps.stepUs / MINUTE_US) * steps.length;
    for (const { minute, messages } of this.#minutes.iterate(this.#profile, first, end)) {
      const step = stepAt(steps, minute * MINUTE_US);
      counts[step] = (counts[step] ?? 0) + messages - (minute === oldest ? excess : 0);
    }
    return { counts, isExact: true };
  }

  /** How many more messages are counted in minutes than are there. */
  #surplus(): number {
    const there = this.#units.all.reduce((sum, { messages }) => sum + messages, 0);
    return (this.#inMinutes.get(this.#profile) ?? 0) - there;
  }

  #oldestMinute(): number {
    const oldestUs = this.#units.all.reduce(
      (least, { firstUs }) => Math.min(least, firstUs),
      Infinity,
    );
    return Math.floor(oldestUs / MINUTE_US);
  }

  #countedIn(minute: number): number {
    return this.#minutes.get(this.#profile, minute, minute + 1)?.messages ?? 0;
  }

  #storedIn(minute: number): number {
    const steps = { fromUs: minute * MINUTE_US, stepUs: MINUTE_US, length: 1 };
    const counts = new Float64Array(1);
    for (const unit of this.#units.all)
      if (overlaps(unit, steps)) this.#addUnit(counts, steps, unit);
    return counts[0] ?? 0;
  }

  #fromUnits(steps: TimeSteps): StepCounts {
    const counts = new Float64Array(steps.length);
    const endsAtMs = performance.now() + PATIENCE_MS;
    let isExact = true;
    for (const unit of this.#units.all) {
      if (!overlaps(unit, steps)) continue;
      const step = stepAt(steps, unit.firstUs);
      if (step === stepAt(steps, unit.lastUs)) counts[step] = (counts[step] ?? 0) + unit.messages;
      else if (performance.now() < endsAtMs || this.#isKnown(unit, steps))
        this.#addUnit(counts, steps, unit);
      else {
        spread(counts, steps, unit);
        isExact = false;
      }
    }
    return { counts, isExact };
  }

  #isKnown(unit: KnownUnit, { stepUs }: TimeSteps): boolean {
    return stepUs >= SECOND_US && this.#seconds.has(String(unit.serial));
  }

  #addUnit(counts: Float64Array, steps: TimeSteps, unit: KnownUnit): void {
    if (steps.stepUs < SECOND_US) {
      for (const timeUs of this.#contents.times(unit).timesUs)
        add(counts, stepAt(steps, timeUs), 1);
      return;
    }
    const { seconds, counts: messages } = this.#secondsOf(unit);
    for (let at = 0; at < seconds.length; at++)
      add(counts, stepAt(steps, (seconds[at] ?? 0) * SECOND_US), messages[at] ?? 0);
  }

  #secondsOf(unit: KnownUnit): UnitSeconds {
    return this.#seconds.get(
      String(unit.serial),
      () => secondsOf(this.#contents.readTimes(unit).timesUs),
      ({ seconds }) => seconds.length * 8,
    );
  }
}

function secondsOf(timesUs: Float64Array): UnitSeconds {
  const bySecond = new Map<number, number>();
  for (const timeUs of timesUs) {
    const second = Math.floor(timeUs / SECOND_US);
    bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
  }
  return {
    seconds: Uint32Array.from(bySecond.keys()),
    counts: Uint32Array.from(bySecond.values()),
  };
}

function overlaps({ firstUs, lastUs }: KnownUnit, steps: TimeSteps): boolean {
  return stepAt(steps, lastUs) >= 0 && stepAt(steps, firstUs) < steps.length;
}

function add(counts: Float64Array, step: number, messages: number): void {
  if (step >= 0 && step < counts.length) counts[step] = (counts[step] ?? 0) + messages;
}

/** As if the unit's messages had come evenly; none is lost or made up. */
function spread(counts: Float64Array, steps: TimeSteps, unit: KnownUnit): void {
  const { firstUs, lastUs, messages } = unit;
  const untilUs = (timeUs: number): number => {
    const share = (timeUs - firstUs) / (lastUs + 1 - firstUs);
    return Math.round(messages * Math.min(1, Math.max(0, share)));
  };
  const first = Math.max(0, stepAt(steps, firstUs));
  const last = Math.min(steps.length - 1, stepAt(steps, lastUs));
  for (let step = first; step <= last; step++) {
    const beginUs = steps.fromUs + step * steps.stepUs;
    add(counts, step, untilUs(beginUs + steps.stepUs) - untilUs(beginUs));
  }
}
