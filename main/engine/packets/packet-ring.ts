import type { Amount } from '../../../app/contract-packets';
import { bytesOf, type Kept } from './kept';

export interface RingLimits {
  readonly packets: number;
  readonly bytes: number;
}

/** What has fallen out stays in the array until so much of it has that moving the rest is cheap. */
const MOST_EMPTY = 4_096;

/** The newest entries within limits of number and memory; older ones fall out and are counted. */
export class PacketRing {
  readonly #limits: RingLimits;
  #entries: (Kept | undefined)[] = [];
  /** Where in `#entries` the oldest stands. */
  #head = 0;
  #bytes = 0;
  #firstId = 1;
  #dropped = { packets: 0, bytes: 0 };

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** Ids follow one another: the oldest entry's, and what the next one gets. */
  get firstId(): number {
    return this.#firstId;
  }

  get nextId(): number {
    return this.#firstId + this.size;
  }

  get kept(): Amount {
    return { packets: this.size, bytes: this.#bytes };
  }

  get dropped(): Amount {
    return this.#dropped;
  }

  /** Takes the entry that has `nextId`. */
  add(entry: Kept): void {
    this.#entries.push(entry);
    this.#bytes += bytesOf(entry);
    // The newest is kept however large it is; a packet is kept up to a size of its own.
    while (
      this.size > 1 &&
      (this.size > this.#limits.packets || this.#bytes > this.#limits.bytes)
    ) {
      this.#drop();
    }
  }

  get(id: number): Kept | null {
    return this.#entries[this.#head + id - this.#firstId] ?? null;
  }

  clear(): void {
    this.#firstId = this.nextId;
    this.#entries = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#dropped = { packets: 0, bytes: 0 };
  }

  #drop(): void {
    const entry = this.#entries[this.#head];
    this.#entries[this.#head] = undefined;
    this.#head += 1;
    this.#firstId += 1;
    if (entry !== undefined) {
      const bytes = bytesOf(entry);
      this.#bytes -= bytes;
      this.#dropped = {
        packets: this.#dropped.packets + 1,
        bytes: this.#dropped.bytes + (entry.kind === 'packet' ? entry.options.sizeBytes : 0),
      };
    }
    if (this.#head < MOST_EMPTY) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
