/** What a benchmark found out: one row a figure, and how it is printed. */

/** What a figure has to be for the target to be met. */
export type Target =
  | { readonly kind: 'ratio-at-least' | 'ratio-at-most' | 'at-most'; readonly value: number }
  /** The figure is 1 when it holds. */
  | { readonly kind: 'holds' };

export interface Row {
  readonly scenario: string;
  readonly metric: string;
  readonly unit: string;
  /** The same measured on the reference in the same run; null where there is none. */
  readonly reference: number | null;
  readonly ours: number;
  readonly target: Target | null;
}

/** Ours by the reference's; null without one. */
export function ratioOf({ ours, reference }: Row): number | null {
  return reference === null || reference === 0 ? null : ours / reference;
}

/** Null where nothing is aimed at. */
export function isMet(row: Row): boolean | null {
  const { target, ours } = row;
  if (target === null) return null;
  switch (target.kind) {
    case 'ratio-at-least':
      return (ratioOf(row) ?? Number.NaN) >= target.value;
    case 'ratio-at-most':
      return (ratioOf(row) ?? Number.NaN) <= target.value;
    case 'at-most':
      return ours <= target.value;
    case 'holds':
      return ours === 1;
  }
}

/** Says that something is so, or is not. */
export function holds(scenario: string, metric: string, isSo: boolean): Row {
  return {
    scenario,
    metric,
    unit: '',
    reference: null,
    ours: isSo ? 1 : 0,
    target: { kind: 'holds' },
  };
}

const HEADINGS = ['scenario', 'figure', 'reference', 'ours', 'ratio', 'target', ''];
const LEFT = new Set([0, 1, 5, 6]);

/** The table as text, in columns, in Markdown's form so that it can be put into a document as it is. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const pad = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return LEFT.has(column) ? text.padEnd(width) : text.padStart(width);
  };
  const print = (line: readonly string[]): string => `| ${line.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    LEFT.has(column) ? '-'.repeat(width) : `${'-'.repeat(Math.max(1, width - 1))}:`,
  );
  const [headings = HEADINGS, ...body] = lines;
  return [print(headings), `| ${rule.join(' | ')} |`, ...body.map(print)].join('\n');
}

function cellsOf(row: Row): string[] {
  const met = isMet(row);
  const ratio = ratioOf(row);
  const isFact = row.target?.kind === 'holds';
  return [
    row.scenario,
    row.metric,
    row.reference === null ? '' : `${figure(row.reference)} ${row.unit}`.trim(),
    isFact ? (row.ours === 1 ? 'yes' : 'NO') : `${figure(row.ours)} ${row.unit}`.trim(),
    ratio === null ? '' : ratio.toFixed(2),
    targetText(row),
    met === null ? '' : met ? 'met' : 'MISSED',
  ];
}

function targetText({ target, unit }: Row): string {
  if (target === null) return '';
  switch (target.kind) {
    case 'ratio-at-least':
      return `ratio ≥ ${String(target.value)}`;
    case 'ratio-at-most':
      return `ratio ≤ ${String(target.value)}`;
    case 'at-most':
      return `≤ ${figure(target.value)} ${unit}`.trim();
    case 'holds':
      return 'yes';
  }
}

/** Three digits are what such a measurement can know. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(digits, 3) });
}
