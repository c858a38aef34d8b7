import type { JsonContainer, JsonValue } from '../../../app/payload/json';
import type { Viewed } from '../viewed';

/** An array of objects as a table. */
export interface JsonTable {
  /** Where it stands in the document; empty for the document itself. */
  readonly name: string;
  readonly rows: readonly JsonContainer[];
  readonly columns: readonly string[];
  /** Names that have no column: there are too many. */
  readonly hiddenColumns: number;
}

/** More columns can't be read beside each other. */
const MOST_COLUMNS = 60;
/** Names are gathered from so many rows at the beginning. */
const ROWS_FOR_COLUMNS = 1_000;

export function isTable({ detected }: Viewed): boolean {
  return detected.json?.ok === true && listIn(detected.json.value) !== null;
}

/** The table of a document: itself, or its longest member that is a list of objects. */
export function tableOf(root: JsonValue): JsonTable | null {
  const list = listIn(root);
  if (!list) return null;
  const rows = list.container.values.filter(
    (value): value is JsonContainer => value.kind === 'object',
  );
  const names = new Set<string>();
  for (const row of rows.slice(0, ROWS_FOR_COLUMNS)) {
    for (const name of row.names ?? []) names.add(name);
  }
  const columns = [...names];
  return {
    name: list.name,
    rows,
    columns: columns.slice(0, MOST_COLUMNS),
    hiddenColumns: Math.max(0, columns.length - MOST_COLUMNS),
  };
}

interface NamedList {
  readonly name: string;
  readonly container: JsonContainer;
}

function listIn(root: JsonValue): NamedList | null {
  if (root.kind === 'array') return isList(root) ? { name: '', container: root } : null;
  if (root.kind !== 'object') return null;
  let longest: NamedList | null = null;
  for (const [index, value] of root.values.entries()) {
    if (value.kind !== 'array' || !isList(value)) continue;
    if (longest && longest.container.values.length >= value.values.length) continue;
    longest = { name: root.names?.[index] ?? '', container: value };
  }
  return longest;
}

/** Objects throughout: a list with anything else in it would lose that as a table. */
function isList({ values }: JsonContainer): boolean {
  return values.length > 0 && values.every((value) => value.kind === 'object');
}

export interface ColumnLook {
  /** Characters of its longest cell or its name, within what a table can spare. */
  readonly characters: number;
  /** Whether it holds numbers, which stand below each other by their last digit. */
  readonly isNumeric: boolean;
}

const ROWS_FOR_LOOK = 200;
const FEWEST_CHARACTERS = 4;
const MOST_CHARACTERS = 32;

/** How wide a column is to be, from its first rows, so that the table does not change while it is scrolled. */
export function columnLook(
  { rows }: JsonTable,
  name: string,
  textOf: (value: JsonValue | null) => string,
): ColumnLook {
  const cells = rows.slice(0, ROWS_FOR_LOOK).map((row) => cellOf(row, name));
  const told = cells.filter((cell) => cell !== null && cell.kind !== 'null');
  const longest = cells.reduce((most, cell) => Math.max(most, textOf(cell).length), name.length);
  return {
    characters: Math.min(MOST_CHARACTERS, Math.max(FEWEST_CHARACTERS, longest)),
    isNumeric: told.length > 0 && told.every((cell) => cell?.kind === 'number'),
  };
}

/** A row's member of a name; the last one where it repeats, as most readers take it. */
export function cellOf(row: JsonContainer, name: string): JsonValue | null {
  return row.values[row.names?.lastIndexOf(name) ?? -1] ?? null;
}
