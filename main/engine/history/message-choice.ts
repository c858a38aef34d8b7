import type { Selection } from '../../../app/selection';
import { topicsOf } from './run';
import type { Bounds, Run } from './run-source';
import { without, type IdRange, type SessionRange } from './session-ranges';

/** Without the profile, which is known by its key. */
export type ChosenPart = Omit<Selection, 'profileId'>;

/** Which messages of a profile are meant. */
export class MessageChoice {
  readonly #topics: ReadonlySet<number> | null;
  readonly #ranges: readonly IdRange[];
  readonly #fromUs: number;
  readonly #toUs: number;

  /**
   * @param topics keys of topics; null for all
   * @param ranges ids, in their order and without overlap
   */
  constructor(
    topics: ReadonlySet<number> | null,
    ranges: readonly IdRange[],
    times: { readonly fromUs: number | null; readonly toUs: number | null },
  ) {
    this.#topics = topics;
    this.#ranges = ranges;
    this.#fromUs = times.fromUs ?? -Infinity;
    this.#toUs = times.toUs ?? Infinity;
  }

  takes(topic: number, id: number, timeUs: number): boolean {
    return (
      timeUs >= this.#fromUs &&
      timeUs <= this.#toUs &&
      (this.#topics === null || this.#topics.has(topic)) &&
      this.#hasId(id)
    );
  }

  /** By its bounds alone: whether none, some or all of what is there may be meant, were it of the right topics. */
  covers({ firstId, lastId, firstUs, lastUs }: Bounds): 'none' | 'some' | 'all' {
    if (lastUs < this.#fromUs || firstUs > this.#toUs) return 'none';
    const ranges = this.#ranges.filter((one) => one.lastId >= firstId && one.firstId <= lastId);
    const [first] = ranges;
    if (first === undefined) return 'none';
    const isWithin = first.firstId <= firstId && first.lastId >= lastId;
    return isWithin && firstUs >= this.#fromUs && lastUs <= this.#toUs ? 'all' : 'some';
  }

  /** Calls back for each message of a run that is meant; decodes only what it must. */
  forEachIn(run: Run, take: (at: number) => void): void {
    if (this.covers(run.bounds) === 'none' || !this.#hasTopicOf(run)) return;
    const { topics, ids, timesUs, length } = run.heads;
    for (let at = 0; at < length; at++) {
      if (this.takes(topics[at] ?? 0, ids[at] ?? 0, timesUs[at] ?? 0)) take(at);
    }
  }

  /** How many messages of a run are meant. */
  countIn(run: Run): number {
    const covered = this.covers(run.bounds);
    if (covered === 'none') return 0;
    let count = 0;
    if (covered === 'some') {
      this.forEachIn(run, () => {
        count += 1;
      });
      return count;
    }
    if (this.#topics === null) return run.bounds.messages;
    for (const one of topicsOf(run.topics)) if (this.#topics.has(one.topic)) count += one.count;
    return count;
  }

  #hasTopicOf(run: Run): boolean {
    if (this.#topics === null) return true;
    for (const { topic } of topicsOf(run.topics)) if (this.#topics.has(topic)) return true;
    return false;
  }

  #hasId(id: number): boolean {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#ranges[middle]?.firstId ?? 0) <= id) low = middle;
      else high = middle - 1;
    }
    const range = this.#ranges[low];
    return range !== undefined && id >= range.firstId && id <= range.lastId;
  }
}

/**
 * The ids that a selection means: without kept sessions, unless it names the session.
 * @param upToId what came later is not meant
 */
export function chosenIds(
  sessions: readonly SessionRange[],
  sessionKey: number | null,
  upToId: number,
): IdRange[] {
  if (sessionKey === null) {
    const kept = sessions.filter((session) => session.kept);
    return without({ firstId: 0, lastId: upToId }, kept);
  }
  const session = sessions.find(({ key }) => key === sessionKey);
  if (session === undefined || session.firstId > upToId) return [];
  return [{ firstId: session.firstId, lastId: Math.min(session.lastId, upToId) }];
}
