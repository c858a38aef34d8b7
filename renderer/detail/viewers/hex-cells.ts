/** Where bytes stand in a row of hexadecimal text: two digits and a space each, one more space between groups of eight. */

const GROUP_BYTES = 8;
const GROUP_COLUMNS = 3 * GROUP_BYTES + 1;

/** Column of the first digit of byte `at` of the row. */
export function hexColumn(at: number): number {
  return 3 * at + Math.floor(at / GROUP_BYTES);
}

/** Columns that a row of `rowBytes` bytes takes, with the space behind the last. */
export function hexColumns(rowBytes: number): number {
  return hexColumn(rowBytes - 1) + 3;
}

/** The byte of the row at `column`, which may be a fraction; a space belongs to the byte before it. */
export function byteAtColumn(column: number): number {
  const group = Math.floor(column / GROUP_COLUMNS);
  const within = Math.floor((column - group * GROUP_COLUMNS) / 3);
  return group * GROUP_BYTES + Math.min(within, GROUP_BYTES - 1);
}

/** A text in three parts: before, within and behind the columns `from` to `to` (exclusive). */
export type Parts = readonly [before: string, within: string, behind: string];

export function parts(text: string, from: number, to: number): Parts {
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}
