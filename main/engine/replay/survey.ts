import type { DryRun, DryRunTopic } from '../../../app/contract-replay';
import type { Rules, SkipReason } from '../../../app/replay/rules';
import type { StoredMessage } from '../history/archive';

export interface SurveyOptions {
  readonly rules: Rules;
  /** Only these times are sent; all are counted. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
  readonly maxPauseUs: number | null;
}

type MutableTopic = { -readonly [Key in keyof DryRunTopic]: DryRunTopic[Key] };

const MOST_TOPICS = 100_000;
const MOST_INVALID = 100;
const DENSITY_STEPS = 240;
const FIRST_STEP_US = 1_000;

/** A dry run: takes message after message, and counts what would be sent. */
export class Survey {
  scanned = 0;
  readonly #options: SurveyOptions;
  readonly #density = new Density();
  readonly #topics = new Map<string, MutableTopic>();
  readonly #invalidTopics = new Map<string, DryRun['invalidTopics'][number]>();
  readonly #skipped: Record<SkipReason | 'range', number> = {
    range: 0,
    excluded: 0,
    system: 0,
    own: 0,
    replayed: 0,
  };
  readonly #byQos: [number, number, number] = [0, 0, 0];
  #firstUs: number | null = null;
  #lastUs: number | null = null;
  #messages = 0;
  #bytes = 0;
  #durationUs = 0;
  #lastSentUs: number | null = null;
  #invalid = 0;
  #unapplied = 0;
  #withProperties = 0;
  #unlisted = 0;

  constructor(options: SurveyOptions) {
    this.#options = options;
  }

  add(message: StoredMessage): void {
    const { timeUs } = message;
    this.scanned += 1;
    this.#firstUs = Math.min(this.#firstUs ?? timeUs, timeUs);
    this.#lastUs = Math.max(this.#lastUs ?? timeUs, timeUs);
    this.#density.add(timeUs);
    const { fromUs, toUs, rules } = this.#options;
    if (timeUs < (fromUs ?? -Infinity) || timeUs > (toUs ?? Infinity)) {
      this.#skipped.range += 1;
      return;
    }
    const verdict = rules.verdict({ ...message, replayed: message.replayed === true });
    if (verdict.kind === 'skip') this.#skipped[verdict.reason] += 1;
    else if (verdict.kind === 'invalid') {
      this.#invalid += 1;
      if (this.#invalidTopics.size < MOST_INVALID) {
        const { topic: sentAs, problem } = verdict;
        this.#invalidTopics.set(message.topic, { topic: message.topic, sentAs, problem });
      }
    } else this.#send(message, verdict.topic);
  }

  get result(): DryRun {
    return {
      scanned: this.scanned,
      firstUs: this.#firstUs,
      lastUs: this.#lastUs,
      density: this.#density.result,
      messages: this.#messages,
      bytes: this.#bytes,
      durationUs: this.#durationUs,
      skipped: this.#skipped,
      invalid: this.#invalid,
      invalidTopics: [...this.#invalidTopics.values()],
      unapplied: this.#unapplied,
      withProperties: this.#withProperties,
      byQos: this.#byQos,
      topics: this.#topics.size + this.#unlisted,
    };
  }

  topics(limit: number): DryRunTopic[] {
    const all = [...this.#topics.values()];
    all.sort((one, other) => other.messages - one.messages || (one.topic < other.topic ? -1 : 1));
    return all.slice(0, limit);
  }

  #send(message: StoredMessage, sentAs: string): void {
    const { rules, maxPauseUs } = this.#options;
    const { timeUs, topic } = message;
    const set = rules.payload(message.payload);
    const { payload, unapplied } = rules.shifted(set.payload, 0);
    if (set.unapplied || unapplied) this.#unapplied += 1;
    if (message.properties !== null) this.#withProperties += 1;
    this.#messages += 1;
    this.#bytes += payload.length;
    this.#byQos[rules.qos(message.qos)] += 1;
    const pauseUs = Math.max(0, timeUs - (this.#lastSentUs ?? timeUs));
    this.#durationUs += Math.min(pauseUs, maxPauseUs ?? Infinity);
    this.#lastSentUs = timeUs;
    const known = this.#topics.get(topic);
    if (known !== undefined) {
      known.messages += 1;
      known.bytes += payload.length;
      known.lastUs = timeUs;
    } else if (this.#topics.size >= MOST_TOPICS) this.#unlisted += 1;
    else {
      const entry = { topic, sentAs, messages: 1, bytes: payload.length };
      this.#topics.set(topic, { ...entry, firstUs: timeUs, lastUs: timeUs });
    }
  }
}

/** Counts in steps of time without knowing before how long the time is: the steps double when they do not reach. */
class Density {
  #fromUs: number | null = null;
  #stepUs = FIRST_STEP_US;
  #counts: number[] = new Array<number>(DENSITY_STEPS).fill(0);

  add(timeUs: number): void {
    this.#fromUs ??= timeUs;
    // Before the first one only a clock that was set back can lead.
    const sinceUs = Math.max(0, timeUs - this.#fromUs);
    while (sinceUs >= this.#stepUs * DENSITY_STEPS) this.#double();
    const step = Math.floor(sinceUs / this.#stepUs);
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
  }

  get result(): DryRun['density'] {
    const used = this.#counts.findLastIndex((count) => count > 0) + 1;
    return { fromUs: this.#fromUs ?? 0, stepUs: this.#stepUs, counts: this.#counts.slice(0, used) };
  }

  #double(): void {
    const old = this.#counts;
    this.#counts = old.map((_, at) => (old[at * 2] ?? 0) + (old[at * 2 + 1] ?? 0));
    this.#stepUs *= 2;
  }
}
