import { formatBytes } from '../../../app/payload/format';
import { TooLarge } from './decoder';

/** A token that stands in the text as it is: a number with more digits than a double has. */
export class Exact {
  constructor(readonly source: string) {}
}

/** Members in the order they came, names may repeat. */
export class Members {
  readonly names: string[] = [];
  readonly values: unknown[] = [];

  add(name: string, value: unknown): void {
    this.names.push(name);
    this.values.push(value);
  }
}

interface Open {
  readonly names: readonly string[] | null;
  readonly values: readonly unknown[];
  next: number;
}

/**
 * JSON text of decoded values, without recursion. Whole numbers of any size keep their digits, bytes become hexadecimal
 * text (`0x0aff`), and what JSON has no number for (NaN, infinities) becomes text.
 * @throws TooLarge when the text is longer than `maxChars`
 */
export function writeJson(root: unknown, maxChars: number): string {
  let done = '';
  let parts: string[] = [];
  const open: Open[] = [];
  let length = 0;
  const put = (text: string): void => {
    length += text.length;
    if (length > maxChars) throw tooLarge(maxChars);
    parts.push(text);
    if (parts.length < PARTS_AT_ONCE) return;
    done += parts.join('');
    parts = [];
  };
  const begin = (value: unknown): void => {
    const container = containerOf(value);
    if (container) {
      put(container.names ? '{' : '[');
      open.push(container);
    } else put(scalar(value));
  };
  begin(root);
  for (let level = open.at(-1); level; level = open.at(-1)) {
    const index = level.next++;
    if (index >= level.values.length) {
      put(level.names ? '}' : ']');
      open.pop();
      continue;
    }
    if (index > 0) put(',');
    if (level.names) put(`${JSON.stringify(level.names[index] ?? '')}:`);
    begin(level.values[index]);
  }
  return done + parts.join('');
}

/** A list of millions of parts would be larger than their text. */
const PARTS_AT_ONCE = 50_000;

export function tooLarge(maxBytes: number, cause?: unknown): TooLarge {
  return new TooLarge(`It becomes more than ${formatBytes(maxBytes)}`, { cause });
}

function containerOf(value: unknown): Open | null {
  if (Array.isArray(value)) return { names: null, values: value, next: 0 };
  if (value instanceof Members) return { names: value.names, values: value.values, next: 0 };
  if (!isPlainObject(value)) return null;
  return { names: Object.keys(value), values: Object.values(value), next: 0 };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Exact) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date)
  );
}

function scalar(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return numberText(value);
    case 'bigint':
      return value.toString();
    case 'boolean':
      return String(value);
    default:
      if (value instanceof Exact) return value.source;
      if (value instanceof Uint8Array) return JSON.stringify(hexLiteral(value));
      return value instanceof Date ? JSON.stringify(value) : 'null';
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify(String(value));
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** `0x0aff`. */
export function hexLiteral(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
}

/** The shortest number that stands for the same float of 32 bits: 0.1 rather than 0.10000000149011612. */
export function shortFloat32(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** Whether 32 bits hold a number, and it is shown as it was written when it is read from them. */
export function isShortFloat(value: number): boolean {
  return Math.fround(value) === value && Object.is(shortFloat32(value), value);
}
