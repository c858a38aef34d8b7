import { HEAD_BYTES } from './layout';

const FIRST_CAPACITY = 1_024;
/** Messages that can be sorted at once: their place takes the lower bits of the sort key. */
export const MOST_SORTED = 2 ** 21;

/**
 * Messages column by column, with their bytes in as many buffers as they came in. Entries beyond `length` are left
 * over from before.
 */
export class MessageColumns {
  length = 0;
  topics = new Uint32Array(FIRST_CAPACITY);
  ids = new Float64Array(FIRST_CAPACITY);
  timesUs = new Float64Array(FIRST_CAPACITY);
  flags = new Uint8Array(FIRST_CAPACITY);
  packetIds = new Uint16Array(FIRST_CAPACITY);
  /** 0 for no properties, else how many bytes they take, plus 1. */
  properties = new Uint32Array(FIRST_CAPACITY);
  /** Whole payloads; of those over `HEAD_BYTES` a run has only the beginning. */
  sizes = new Uint32Array(FIRST_CAPACITY);
  /** Where a message's bytes (properties, then payload) are: which of `bodies`, and from where. */
  places = new Uint16Array(FIRST_CAPACITY);
  offsets = new Uint32Array(FIRST_CAPACITY);
  readonly bodies: Uint8Array[] = [];

  clear(): void {
    this.length = 0;
    this.bodies.length = 0;
  }

  /** Makes room for so many more. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.ids.length) return;
    const capacity = Math.max(needed, this.ids.length * 2);
    this.topics = grown(this.topics, new Uint32Array(capacity));
    this.ids = grown(this.ids, new Float64Array(capacity));
    this.timesUs = grown(this.timesUs, new Float64Array(capacity));
    this.flags = grown(this.flags, new Uint8Array(capacity));
    this.packetIds = grown(this.packetIds, new Uint16Array(capacity));
    this.properties = grown(this.properties, new Uint32Array(capacity));
    this.sizes = grown(this.sizes, new Uint32Array(capacity));
    this.places = grown(this.places, new Uint16Array(capacity));
    this.offsets = grown(this.offsets, new Uint32Array(capacity));
  }

  /** Bytes of properties and payload that a message has in its run. */
  bodyBytes(at: number): number {
    return propertyBytes(this.properties[at] ?? 0) + Math.min(this.sizes[at] ?? 0, HEAD_BYTES);
  }

  /** Indexes of the messages from `from` to before `to` in the order (topic, arrival); they must stand in the order of arrival. */
  byTopic(from = 0, to = this.length): Uint32Array {
    const { topics } = this;
    const keys = new Float64Array(to - from);
    for (let at = from; at < to; at++) keys[at - from] = (topics[at] ?? 0) * MOST_SORTED + at;
    // Numbers sort several times faster than indexes with a comparator.
    keys.sort();
    const order = new Uint32Array(to - from);
    for (let at = 0; at < order.length; at++) order[at] = (keys[at] ?? 0) % MOST_SORTED;
    return order;
  }
}

/** The size of properties, of the number that stands for it in a column. */
export function propertyBytes(column: number): number {
  return column === 0 ? 0 : column - 1;
}

interface Column<Self> {
  set(source: Self): void;
}

function grown<C extends Column<C>>(old: C, larger: C): C {
  larger.set(old);
  return larger;
}
