/** Orders values that have the same key. */
export type Tie = (a: number, b: number) => number;

interface Columns {
  readonly values: Int32Array;
  readonly keys: Float64Array;
}

/** Runs of this length are sorted by inserting. */
const RUN = 16;

/**
 * Sorts values by their keys in place or anew, the smallest first, stably: what has the same key is ordered by `tie`,
 * or stays as it is without one. Much faster than `Array.sort` with a comparing function, and one look at what is in
 * order already.
 * @returns the values in order
 */
export function sortedByKey(values: Int32Array, keys: Float64Array, tie: Tie | null): Int32Array {
  const { length } = values;
  let from: Columns = { values, keys };
  if (isOrdered(from, tie)) return values;
  for (let start = 0; start < length; start += RUN)
    insertionSort(from, start, Math.min(start + RUN, length), tie);
  let to: Columns = { values: new Int32Array(length), keys: new Float64Array(length) };
  for (let width = RUN; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const middle = Math.min(start + width, length);
      const end = Math.min(start + 2 * width, length);
      if (middle < end && isAfter(from, middle - 1, middle, tie))
        merge(from, to, { start, middle, end }, tie);
      else copy(from, to, start, end);
    }
    [from, to] = [to, from];
  }
  return from.values;
}

function isOrdered(columns: Columns, tie: Tie | null): boolean {
  for (let at = 1; at < columns.values.length; at += 1)
    if (isAfter(columns, at - 1, at, tie)) return false;
  return true;
}

function insertionSort(columns: Columns, start: number, end: number, tie: Tie | null): void {
  for (let next = start + 1; next < end; next += 1)
    for (let at = next; at > start && isAfter(columns, at - 1, at, tie); at -= 1)
      swap(columns, at - 1, at);
}

function swap({ values, keys }: Columns, a: number, b: number): void {
  const value = values[a] ?? 0;
  values[a] = values[b] ?? 0;
  values[b] = value;
  const key = keys[a] ?? 0;
  keys[a] = keys[b] ?? 0;
  keys[b] = key;
}

/** Merges two runs that lie side by side. */
function merge(
  from: Columns,
  to: Columns,
  { start, middle, end }: { start: number; middle: number; end: number },
  tie: Tie | null,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at += 1) {
    const useRight = left === middle || (right < end && isAfter(from, left, right, tie));
    const source = useRight ? right++ : left++;
    to.values[at] = from.values[source] ?? 0;
    to.keys[at] = from.keys[source] ?? 0;
  }
}

function copy(from: Columns, to: Columns, start: number, end: number): void {
  to.values.set(from.values.subarray(start, end), start);
  to.keys.set(from.keys.subarray(start, end), start);
}

function isAfter({ values, keys }: Columns, left: number, right: number, tie: Tie | null): boolean {
  const difference = (keys[left] ?? 0) - (keys[right] ?? 0);
  if (difference !== 0) return difference > 0;
  return tie !== null && tie(values[left] ?? 0, values[right] ?? 0) > 0;
}
