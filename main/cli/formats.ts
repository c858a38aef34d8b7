import { escapeHidden } from '../../app/payload/escape';
import { csvField } from '../engine/files/csv';
import type { Output } from './output';

export const FORMATS = ['table', 'ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

export const formatHelp = `  -f, --format FORMAT  table (the default, for people: control characters are
                       escaped, long lines cut on a terminal), ndjson (one JSON
                       object per line) or csv (RFC 4180). In ndjson and csv a
                       payload that is not UTF-8 is base64, and "encoding" says so
`;

/** One column of a listing. Its name is the key in NDJSON. */
export interface Column<Item> {
  readonly name: string;
  readonly value: (item: Item) => unknown;
  /** Width in a table; 0 leaves the column out there. The last one takes what it needs. */
  readonly width: number;
  readonly alignRight?: boolean;
  /** What a table shows instead of name and value, where it has less room. */
  readonly title?: string;
  readonly words?: (item: Item) => string;
}

/** Writes a listing item by item, only as fast as somebody reads it. Returns how many were written. */
export async function writeListing<Item>(
  out: Output,
  format: Format,
  columns: readonly Column<Item>[],
  items: Iterable<Item>,
): Promise<number> {
  const { header, line } = writers[format](columns as readonly Column<unknown>[], out.columns);
  let count = 0;
  if (header !== '' && !(await out.write(header))) return count;
  for (const item of items) {
    count += 1;
    if (!(await out.write(line(item)))) break;
  }
  return count;
}

interface ListingWriter {
  readonly header: string;
  readonly line: (item: unknown) => string;
}

type WriterOf = (
  columns: readonly Column<unknown>[],
  terminalColumns: number | null,
) => ListingWriter;

const writers: Readonly<Record<Format, WriterOf>> = {
  ndjson: (columns) => ({
    header: '',
    line: (item) => {
      const entries = columns
        .map(({ name, value }) => [name, value(item)] as const)
        .filter(([, value]) => value !== null && value !== undefined);
      return `${JSON.stringify(Object.fromEntries(entries))}\n`;
    },
  }),
  csv: (columns) => ({
    header: `${columns.map(({ name }) => name).join(',')}\r\n`,
    line: (item) => `${columns.map(({ value }) => csvField(cellText(value(item)))).join(',')}\r\n`,
  }),
  table: (columns, terminalColumns) => {
    const shown = columns.filter(({ width }) => width > 0);
    const row = (cells: readonly string[]): string => {
      const padded = cells.map((cell, at) => pad(cell, shown[at], at === cells.length - 1));
      const text = padded.join('  ').trimEnd();
      return `${cut(text, terminalColumns)}\n`;
    };
    return {
      header: row(shown.map(({ name, title }) => (title ?? name).toUpperCase())),
      line: (item) =>
        row(shown.map(({ value, words }) => escapeHidden(words?.(item) ?? cellText(value(item))))),
    };
  },
};

function pad(cell: string, column: Column<unknown> | undefined, isLast: boolean): string {
  if (column === undefined || isLast) return cell;
  return column.alignRight === true ? cell.padStart(column.width) : cell.padEnd(column.width);
}

function cut(text: string, terminalColumns: number | null): string {
  if (terminalColumns === null || text.length <= terminalColumns) return text;
  return `${[...text.slice(0, terminalColumns - 1)].join('').replace(/[\ud800-\udbff]$/u, '')}…`;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}
