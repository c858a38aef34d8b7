import { NONE, ROOT } from './node-state';
import type { NodeTable } from './node-table';

const SLASH = 47;
const FIRST_SLOTS = 256;
/** Of the slots, so many may be taken. */
const FULL = 0.6;
/** Marks an empty slot: the root is never looked up. */
const EMPTY = 0;

/**
 * Finds nodes by their path: a hash table of node numbers, four bytes a slot. The paths themselves are kept nowhere:
 * a path is compared level by level. The hash of a path goes on into those of the paths below it, so that one look
 * through a topic gives the hash of every level.
 */
export class PathIndex {
  private slots = new Int32Array(FIRST_SLOTS);
  private taken = 0;
  constructor(
    private readonly table: NodeTable,
    /** Nobody outside can choose topics that collide. */
    readonly seed = Math.floor(Math.random() * 0x1_0000_0000) | 0,
  ) {}

  /** The node that a path leads to, or `NONE`. */
  find(path: string): number {
    let hash = this.seed;
    for (let at = 0; at < path.length; at += 1) hash = mixed(hash, path.charCodeAt(at));
    const { slots, table } = this;
    const wanted = hash >>> 0;
    for (let slot = slotOf(hash, slots.length); ; slot = (slot + 1) & (slots.length - 1)) {
      const index = slots[slot] ?? EMPTY;
      if (index === EMPTY) return NONE;
      if (table.hash(index) === wanted && this.leadsTo(path, index)) return index;
    }
  }

  /** The child of a node whose name stands in a topic from `from` to `to`, or `NONE`. */
  child(parent: number, hash: number, topic: string, from: number, to: number): number {
    const { slots, table } = this;
    const wanted = hash >>> 0;
    for (let slot = slotOf(hash, slots.length); ; slot = (slot + 1) & (slots.length - 1)) {
      const index = slots[slot] ?? EMPTY;
      if (index === EMPTY) return NONE;
      if (table.hash(index) !== wanted || table.parent(index) !== parent) continue;
      const name = table.name(index);
      if (name.length === to - from && topic.startsWith(name, from)) return index;
    }
  }

  /** Takes up a node that is in the table already. */
  add(index: number): void {
    this.taken += 1;
    if (this.taken > this.slots.length * FULL) this.grow();
    this.put(index);
  }

  private leadsTo(path: string, index: number): boolean {
    const { table } = this;
    let end = path.length;
    for (let at = index; ; at = table.parent(at)) {
      const name = table.name(at);
      const start = end - name.length;
      if (start < 0 || !path.startsWith(name, start)) return false;
      if (table.parent(at) === ROOT) return start === 0;
      if (start === 0 || path.charCodeAt(start - 1) !== SLASH) return false;
      end = start - 1;
    }
  }

  private put(index: number): void {
    const { slots } = this;
    let slot = slotOf(this.table.hash(index), slots.length);
    while (slots[slot] !== EMPTY) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = index;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (const index of old) if (index !== EMPTY) this.put(index);
  }
}

/** Carries the hash of a text on by a character. */
export function mixed(hash: number, code: number): number {
  const product = Math.imul(hash ^ code, 0x5bd1e995);
  return product ^ (product >>> 15);
}

function slotOf(hash: number, slots: number): number {
  return (Math.imul(hash ^ (hash >>> 16), 0x2c1b3c6d) >>> 7) & (slots - 1);
}
