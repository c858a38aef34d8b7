import { COVERED, passes, stepFilter, type TreeFilter } from './filter';
import { BRANCH, EXPANDED, OPEN, ROOT, SHOWN, TOPIC, weightOf } from './node-state';
import type { NodeTable } from './node-table';
import type { TopicNode } from './topic-node';

/*
 * What concerns every node goes through the columns from one end to the other: downwards from the root in rising order,
 * upwards in falling order, as a parent always stands before what is below it. A million nodes take some 20 ms.
 */

/** Sets or clears bits of all branches but the root, and counts the rows that this makes. */
export function recountAll(table: NodeTable, bits: number, on: boolean): void {
  const { states, length } = table;
  for (let index = ROOT + 1; index < length; index += 1) {
    const state = states[index] ?? 0;
    if ((state & BRANCH) !== 0) states[index] = on ? state | bits : state & ~bits;
  }
  sumUp(table, (state) => state);
}

/** Shows all nodes that lead to a topic again as the person left them. */
export function takeFilterOff(table: NodeTable): void {
  sumUp(table, (state, _rows, index) => {
    if (table.topics(index) === 0) return state & ~(SHOWN | OPEN);
    const shown = state | SHOWN;
    return (state & EXPANDED) === 0 ? shown & ~OPEN : shown | OPEN;
  });
}

/**
 * Shows what passes a filter and what leads to it; the way is open, what passes is closed.
 * @returns how many topics pass
 */
export function applyFilter(table: NodeTable, filter: TreeFilter): number {
  const found = filterStates(table, filter);
  sumUp(table, (state, rows, index) => {
    const hidden = state & ~(SHOWN | OPEN);
    if (isFound(table, found, state, index)) return hidden | SHOWN;
    return rows > 0 ? hidden | SHOWN | OPEN : hidden;
  });
  return countFound(table, found);
}

/** The same after the topics changed; what was shown stays open or closed as it is. */
export function renewFilter(table: NodeTable, found: Int32Array): number {
  sumUp(table, (state, rows, index) => {
    const hidden = state & ~(SHOWN | OPEN);
    const isPassing = isFound(table, found, state, index);
    if (!isPassing && rows === 0) return hidden;
    if ((state & SHOWN) !== 0) return state;
    return isPassing ? hidden | SHOWN : hidden | SHOWN | OPEN;
  });
  return countFound(table, found);
}

/** How each node stands to a filter. */
export function filterStates(table: NodeTable, filter: TreeFilter): Int32Array {
  const { length } = table;
  const found = new Int32Array(length);
  found[ROOT] = filter.root;
  for (let index = ROOT + 1; index < length; index += 1) {
    const parent = found[table.parent(index)] ?? filter.root;
    found[index] =
      parent === COVERED
        ? COVERED
        : stepFilter(filter, parent, table.name(index), table.depth(index));
  }
  return found;
}

function isFound(table: NodeTable, found: Int32Array, state: number, index: number): boolean {
  return table.topics(index) > 0 && passes(found[index] ?? COVERED, (state & TOPIC) !== 0);
}

function countFound({ states, length }: NodeTable, found: Int32Array): number {
  let matching = 0;
  for (let index = ROOT + 1; index < length; index += 1) {
    const isTopic = ((states[index] ?? 0) & TOPIC) !== 0;
    if (isTopic && passes(found[index] ?? COVERED, true)) matching += 1;
  }
  return matching;
}

/** All branches from a node down, parents first. Never recursive: a hostile topic has 65,535 levels. */
export function branchesBelow(table: NodeTable, from: TopicNode): TopicNode[] {
  if (!from.children) return [];
  const branches = [from];
  for (let at = 0; at < branches.length; at += 1) {
    const { children } = branches[at] ?? {};
    for (let block = 0; children && block < children.blockCount; block += 1)
      for (const index of children.nodesOf(block))
        if (table.has(index, BRANCH)) branches.push(table.node(index));
  }
  return branches;
}

/** Counts the rows below branches anew, given parents first. */
export function recountBelow(table: NodeTable, branches: readonly TopicNode[]): void {
  for (let at = branches.length - 1; at >= 0; at -= 1) branches[at]?.children?.recount();
}

/**
 * Counts all rows anew, from the bottom up.
 * @param decide the state that a node gets, given the one it has and the rows below it
 */
function sumUp(
  table: NodeTable,
  decide: (state: number, rows: number, index: number) => number,
): void {
  const { states, rowCounts, blocks, length } = table;
  const { sums } = table.blockRows;
  rowCounts.fill(0, 0, length);
  sums.fill(0);
  for (let index = length - 1; index > ROOT; index -= 1) {
    const rows = rowCounts[index] ?? 0;
    const state = decide(states[index] ?? 0, rows, index);
    states[index] = state;
    const weight = weightOf(state, rows);
    if (weight === 0) continue;
    const parent = table.parent(index);
    const block = blocks[index] ?? 0;
    rowCounts[parent] = (rowCounts[parent] ?? 0) + weight;
    sums[block] = (sums[block] ?? 0) + weight;
  }
}
