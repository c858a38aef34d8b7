import type { PacketFilter } from '../../../app/contract-packets';
import { isWrong } from '../../../app/mqtt/reasons';
import { isTopicFilter, topicMatches } from '../../../app/topic';
import type { Kept } from './kept';
import type { PacketRing } from './packet-ring';

/**
 * The entries of a ring that a filter lets through, in their order. It follows the ring: each look costs as much as came
 * since the last one. Rows are numbered from the first that was ever listed.
 */
export class PacketList {
  readonly #ring: PacketRing;
  readonly #fits: ((entry: Kept) => boolean) | null;
  /** Ids of what fits; those before `#head` fell out. */
  #ids: number[] = [];
  #head = 0;
  #removed = 0;
  #lookedUpTo: number;

  constructor(ring: PacketRing, filter: PacketFilter) {
    this.#ring = ring;
    this.#fits = isOpen(filter) ? null : fitting(filter);
    this.#lookedUpTo = ring.firstId;
    this.follow();
  }

  /** Rows that fell out at the beginning. */
  get removed(): number {
    return this.#fits === null ? this.#ring.firstId - 1 : this.#removed;
  }

  get total(): number {
    return this.#fits === null ? this.#ring.size : this.#ids.length - this.#head;
  }

  /** Takes in what has come, and lets go of what fell out. */
  follow(): void {
    const { firstId, nextId } = this.#ring;
    if (this.#fits === null) return;
    for (let id = Math.max(firstId, this.#lookedUpTo); id < nextId; id += 1) {
      const entry = this.#ring.get(id);
      if (entry !== null && this.#fits(entry)) this.#ids.push(id);
      if (entry?.kind === 'event' && entry.packet !== null)
        this.#lookAgain(entry.packet, this.#fits);
    }
    this.#lookedUpTo = nextId;
    while (this.#head < this.#ids.length && (this.#ids[this.#head] ?? 0) < firstId) {
      this.#head += 1;
      this.#removed += 1;
    }
    if (this.#head < this.#ids.length / 2) return;
    this.#ids = this.#ids.slice(this.#head);
    this.#head = 0;
  }

  /** That a packet is wrong may be known only when the connection has ended. */
  #lookAgain(id: number, fits: (entry: Kept) => boolean): void {
    const entry = this.#ring.get(id);
    if (entry === null || !fits(entry)) return;
    const before = this.#ids.findLastIndex((one) => one <= id);
    if (this.#ids[before] === id) return;
    this.#ids.splice(Math.max(before + 1, this.#head), 0, id);
  }

  /** Rows from a row number on. */
  rows(first: number, count: number): Kept[] {
    const from = Math.max(0, first - this.removed);
    const rows: Kept[] = [];
    for (let at = from; at < Math.min(from + count, this.total); at += 1) {
      const id = this.#fits === null ? this.#ring.firstId + at : this.#ids[this.#head + at];
      const entry = id === undefined ? null : this.#ring.get(id);
      if (entry !== null) rows.push(entry);
    }
    return rows;
  }

  /** The row number of an entry; null where it is not listed. */
  rowOf(id: number): number | null {
    if (this.#ring.get(id) === null) return null;
    if (this.#fits === null) return id - 1;
    let [low, high] = [this.#head, this.#ids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ids[middle] ?? Infinity) < id) low = middle + 1;
      else high = middle;
    }
    return this.#ids[low] === id ? this.#removed + low - this.#head : null;
  }
}

function isOpen({ direction, types, topic, errorsOnly }: PacketFilter): boolean {
  return direction === null && types.length === 0 && topic === '' && !errorsOnly;
}

/** Events are no packets: of them only errors are listed beside a filter. */
function fitting({ direction, types, topic, errorsOnly }: PacketFilter): (entry: Kept) => boolean {
  const fitsTopic = topicFitting(topic);
  const wanted = new Set(types);
  const isPacketsOnly = direction !== null || types.length > 0 || topic !== '';
  return (entry) => {
    if (entry.kind === 'event') return !isPacketsOnly && entry.isBad;
    const { summary, options } = entry;
    if (direction !== null && options.isFromServer !== (direction === 'in')) return false;
    if (wanted.size > 0 && (summary.type === null || !wanted.has(summary.type))) return false;
    if (errorsOnly && !isWrong(summary)) return false;
    return topic === '' || (summary.topic !== null && fitsTopic(summary.topic));
  };
}

function topicFitting(text: string): (topics: string) => boolean {
  if (isTopicFilter(text)) {
    return (topics) =>
      topics.split('\n').some((topic) => topic === text || topicMatches(text, topic));
  }
  const wanted = text.toLowerCase();
  return (topics) => topics.toLowerCase().includes(wanted);
}
