import { parseJson } from '../payload/json';
import { valueSpan } from '../replay/json-edit';
import { parseJsonPath } from '../replay/json-path';
import { piecesOf, type NowFormat, type Variable } from './variables';

/** Where the values of variables come from. One message has one of it: its time and its counters stand still. */
export interface VariableValues {
  /** Wall clock, ms since 1970. */
  readonly nowMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly uuid: () => string;
  /** What the counter of this start and step stands at. */
  readonly counter: (start: number, step: number) => number;
  /** What was answered; null when nobody was asked. */
  readonly answer: (name: string) => string | null;
  /** The last value of a topic as text; null when it is not known, or no text. */
  readonly lastValue: (topic: string) => string | null;
  /** The row of a CSV file by its columns; null when there is none. */
  readonly row: ReadonlyMap<string, string> | null;
}

/** What a text is, which decides how a value is written into it. */
export type TextKind = 'plain' | 'json' | 'xml';

export interface ExpandProblem {
  readonly message: string;
  /** Where it stands in the text before expansion. */
  readonly start: number;
  readonly end: number;
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly sourceStart: number;
  /** Whether each character stands for one of the source. */
  readonly isPlain: boolean;
}

/** A text with its variables replaced. */
export class Expanded {
  constructor(
    readonly text: string,
    readonly problems: readonly ExpandProblem[],
    private readonly parts: readonly Part[],
  ) {}

  /** Where a place of the expanded text stands in the text before. */
  sourceOf(offset: number): number {
    const part = this.parts.findLast(({ start }) => start <= offset);
    if (!part) return offset;
    return part.isPlain ? part.sourceStart + (offset - part.start) : part.sourceStart;
  }
}

/** A text that is sent as it stands. */
export function unexpanded(text: string): Expanded {
  return new Expanded(text, [], []);
}

/**
 * Replaces the variables of a text. A variable that has no value is a problem at its place and leaves nothing. In JSON a
 * value within quotation marks is escaped as a string needs it, in XML as text needs it.
 */
export function expand(text: string, kind: TextKind, values: VariableValues): Expanded {
  const problems: ExpandProblem[] = [];
  const parts: Part[] = [];
  const quotes = new Quotes();
  let out = '';
  for (const piece of piecesOf(text)) {
    const { start, end } = piece;
    let written = '';
    if (piece.kind === 'text') written = piece.text;
    else if (piece.kind === 'problem') problems.push({ message: piece.message, start, end });
    else {
      const value = valueOf(piece.variable, values);
      if ('problem' in value) problems.push({ message: value.problem, start, end });
      else written = escaped(value.text, kind, quotes.isOpen);
    }
    const isPlain = piece.kind === 'text' && written.length === end - start;
    parts.push({
      start: out.length,
      end: out.length + written.length,
      sourceStart: start,
      isPlain,
    });
    if (kind === 'json' && piece.kind === 'text') quotes.read(written);
    out += written;
  }
  return new Expanded(out, problems, parts);
}

/** Whether a JSON text is within a string, as it is read piece by piece. */
class Quotes {
  isOpen = false;
  #isEscaped = false;

  read(text: string): void {
    for (const character of text) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (this.isOpen && character === '\\') this.#isEscaped = true;
      else if (character === '"') this.isOpen = !this.isOpen;
    }
  }
}

function escaped(text: string, kind: TextKind, isQuoted: boolean): string {
  if (kind === 'json' && isQuoted) return JSON.stringify(text).slice(1, -1);
  return kind === 'xml' ? text.replaceAll(/[&<>"']/gu, (one) => XML_NAMES.get(one) ?? one) : text;
}

const XML_NAMES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

type Value = { readonly text: string } | { readonly problem: string };

function valueOf(variable: Variable, values: VariableValues): Value {
  switch (variable.kind) {
    case 'now':
      return { text: timeText(values.nowMs, variable.format) };
    case 'uuid':
      return { text: values.uuid() };
    case 'counter':
      return { text: String(values.counter(variable.start, variable.step)) };
    case 'random':
      return { text: randomText(variable, values.random()) };
    case 'ask': {
      const text = values.answer(variable.name);
      return text === null ? { problem: `“${variable.name}” was not answered.` } : { text };
    }
    case 'value':
      return lastValue(variable, values);
    case 'csv':
      return cell(variable.column, values.row);
  }
}

function timeText(nowMs: number, format: NowFormat): string {
  if (format === 'milliseconds') return String(Math.floor(nowMs));
  if (format === 'seconds') return String(Math.floor(nowMs / 1000));
  const iso = new Date(nowMs).toISOString();
  if (format === 'date') return iso.slice(0, 10);
  return format === 'time' ? iso.slice(11, 19) : iso;
}

/** Both limits can come out, each as likely as the others. */
function randomText(
  { from, to, decimals }: Extract<Variable, { kind: 'random' }>,
  random: number,
): string {
  const factor = 10 ** decimals;
  const [low, high] = [Math.round(from * factor), Math.round(to * factor)];
  const step = Math.min(high - low, Math.floor(random * (high - low + 1)));
  return ((low + step) / factor).toFixed(decimals);
}

function lastValue(
  { topic, path }: Extract<Variable, { kind: 'value' }>,
  values: VariableValues,
): Value {
  const text = values.lastValue(topic);
  if (text === null) return { problem: `No value of ${topic} is known here that is text.` };
  if (path === '') return { text };
  const steps = parseJsonPath(path);
  if (steps === null) return { problem: `“${path}” is no path, as in $.motor.temperature.` };
  if (!parseJson(text).ok) return { problem: `The last value of ${topic} is not JSON.` };
  const span = valueSpan(text, steps);
  if (span === null) return { problem: `The last value of ${topic} has nothing at ${path}.` };
  const found = text.slice(span.from, span.to);
  return { text: found.startsWith('"') ? String(JSON.parse(found)) : found };
}

function cell(column: string, row: ReadonlyMap<string, string> | null): Value {
  if (row === null) {
    return {
      problem:
        '{{csv …}} has its value while a CSV file is sent row by row: choose “Repeat” beside Publish.',
    };
  }
  const text = row.get(column);
  if (text !== undefined) return { text };
  const known = [...row.keys()].slice(0, 20).map((name) => `“${name}”`);
  return { problem: `The file has no column “${column}”; it has ${known.join(', ')}.` };
}
