/** Nodes that are read in one go, with one look at the clock. */
export const BLOCK = 4_096;
const GROWTH = 1.5;

/** How all counts stood at one time; a pass over them takes a while, so each block has a time of its own. */
export interface Snapshot {
  messages: Uint32Array;
  bytes: Uint32Array;
  blockTimesMs: Float64Array;
  /** When it was begun; null before the first time. */
  beganMs: number | null;
  /** Nodes that there were; later ones had nothing then. */
  length: number;
}

/**
 * What comes at each node, counted while somebody looks: columns beside those of the tree, 52 bytes a node, which are
 * let go when nobody looks any more.
 */
export class Counts {
  messages: Uint32Array;
  bytes: Float64Array;
  /** Three sums of what is below each node; zero but during a pass. */
  readonly sums: [Float64Array, Float64Array, Float64Array];
  readonly snapshots: readonly [Snapshot, Snapshot];

  constructor(capacity: number) {
    this.messages = new Uint32Array(capacity);
    this.bytes = new Float64Array(capacity);
    this.sums = [
      new Float64Array(capacity),
      new Float64Array(capacity),
      new Float64Array(capacity),
    ];
    this.snapshots = [emptySnapshot(capacity), emptySnapshot(capacity)];
  }

  /** A message at a node. */
  count(index: number, sizeBytes: number): void {
    if (index >= this.messages.length) this.reserve(index + 1);
    this.messages[index] = (this.messages[index] ?? 0) + 1;
    this.bytes[index] = (this.bytes[index] ?? 0) + sizeBytes;
  }

  /** Makes room for so many nodes. */
  reserve(length: number): void {
    if (length <= this.messages.length) return;
    const capacity = Math.ceil(length * GROWTH);
    this.messages = grown(this.messages, new Uint32Array(capacity));
    this.bytes = grown(this.bytes, new Float64Array(capacity));
    for (const at of [0, 1, 2] as const) {
      this.sums[at] = grown(this.sums[at], new Float64Array(capacity));
    }
    for (const snapshot of this.snapshots) {
      snapshot.messages = grown(snapshot.messages, new Uint32Array(capacity));
      snapshot.bytes = grown(snapshot.bytes, new Uint32Array(capacity));
      snapshot.blockTimesMs = grown(snapshot.blockTimesMs, new Float64Array(blocks(capacity)));
    }
  }
}

function emptySnapshot(capacity: number): Snapshot {
  return {
    messages: new Uint32Array(capacity),
    bytes: new Uint32Array(capacity),
    blockTimesMs: new Float64Array(blocks(capacity)),
    beganMs: null,
    length: 0,
  };
}

function blocks(capacity: number): number {
  return Math.ceil(capacity / BLOCK);
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
