import type { TreeSort } from '../../../app/contract';
import { sortedByKey } from './merge-sort';
import { commonStart, compareNatural, naturalKey } from './natural';
import type { NodeTable } from './node-table';

export { compareNatural } from './natural';

const DOLLAR = 36;
/** Beyond all natural keys. */
const SYSTEM = 2 ** 52;
/** Fewer are sorted by comparing. */
const FEW = 32;

/** In which order the children of every node stand. */
export class Order {
  /** Another number means another order, or that the children must be laid anew in the same one. */
  epoch = 0;
  private sortMode: TreeSort = 'name';

  constructor(private readonly table: NodeTable) {}

  get sort(): TreeSort {
    return this.sortMode;
  }

  set sort(sort: TreeSort) {
    this.sortMode = sort;
    this.epoch += 1;
  }

  /** Whether it moves with the messages. */
  get moves(): boolean {
    return this.sortMode !== 'name';
  }

  /** By name; `$SYS` and other `$` topics stand last at the first level, as they are not the person's own. */
  readonly byName = (a: number, b: number): number => {
    const { table } = this;
    const nameA = table.name(a);
    const nameB = table.name(b);
    if (table.depth(a) === 0) {
      const systemA = nameA.charCodeAt(0) === DOLLAR;
      const systemB = nameB.charCodeAt(0) === DOLLAR;
      if (systemA !== systemB) return systemA ? 1 : -1;
    }
    return compareNatural(nameA, nameB);
  };

  /** Siblings in this order. The array may be used for the answer. */
  sorted(siblings: number[]): number[] {
    if (siblings.length < FEW) return siblings.sort(this.compare);
    const named = this.sortedByName(siblings);
    if (this.sortMode === 'name') return Array.from(named);
    // What is equal stays in the order of names.
    const keys = new Float64Array(named.length);
    for (let at = 0; at < named.length; at += 1) keys[at] = -this.amount(named[at] ?? 0);
    return Array.from(sortedByKey(named, keys, null));
  }

  private readonly compare = (a: number, b: number): number =>
    (this.moves ? this.amount(b) - this.amount(a) : 0) || this.byName(a, b);

  private amount(index: number): number {
    return this.sortMode === 'count' ? this.table.count(index) : this.table.latestId(index);
  }

  private sortedByName(siblings: readonly number[]): Int32Array {
    const { table } = this;
    const names = siblings.map((index) => table.name(index));
    const start = commonStart(names);
    const top = table.depth(siblings[0] ?? 0) === 0;
    const keys = new Float64Array(names.length);
    for (let at = 0; at < names.length; at += 1) {
      const name = names[at] ?? '';
      const system = top && name.charCodeAt(0) === DOLLAR;
      keys[at] = naturalKey(name, start) + (system ? SYSTEM : 0);
    }
    return sortedByKey(Int32Array.from(siblings), keys, this.byName);
  }
}
