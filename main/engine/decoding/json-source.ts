import { Buffer } from 'node:buffer';
import { parseJson, type JsonContainer, type JsonValue } from '../../../app/payload/json';
import type { JsonPath } from '../../../app/payload/numbers';
import { MOST_STRUCTURED_BYTES, MOST_VALUES, tooManyValues } from './decoder';
import { WrongText, WrongValue } from './encoder';

/** How deep values may lie within each other: writing them goes as deep. */
export const MOST_DEPTH = 500;

/** A document that is to be encoded. @throws WrongText where it is no JSON */
export function readSource(text: string): JsonValue {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (source.length > MOST_STRUCTURED_BYTES) {
    throw new Error(
      `The text is longer than ${String(MOST_STRUCTURED_BYTES / 1024 / 1024)} million characters; send such payloads from a file`,
    );
  }
  if (source.trim() === '') throw new WrongText('Nothing is there: write a JSON value', 0, 0);
  const result = parseJson(source);
  if (result.ok) return result.value;
  const offset = result.problem.offset + (text.length - source.length);
  throw new WrongText(result.problem.message, offset);
}

/** Goes along the way to each value, so that what is wrong can be found in the text. */
export class SourceWalk {
  readonly #path: (string | number)[] = [];
  #count = 0;

  get path(): JsonPath {
    return [...this.#path];
  }

  get depth(): number {
    return this.#path.length;
  }

  wrong(message: string): WrongValue {
    return new WrongValue(message, this.path);
  }

  /** Does something within a member. */
  within<T>(step: string | number, work: () => T): T {
    this.#count += 1;
    if (this.#count > MOST_VALUES) throw tooManyValues();
    if (this.#path.length >= MOST_DEPTH) throw this.wrong('Values lie too deep within each other');
    this.#path.push(step);
    try {
      return work();
    } finally {
      // What is wrong took a copy of the path before.
      this.#path.pop();
    }
  }

  /** Every member of an object, in order. */
  members(object: JsonContainer, work: (name: string, value: JsonValue) => void): void {
    for (const [index, value] of object.values.entries()) {
      const name = object.names?.[index] ?? '';
      this.within(name, () => {
        work(name, value);
      });
    }
  }

  items(array: JsonContainer, work: (value: JsonValue, index: number) => void): void {
    for (const [index, value] of array.values.entries()) {
      this.within(index, () => {
        work(value, index);
      });
    }
  }
}

/** What a value is, for words. */
export function kindWords(value: JsonValue): string {
  switch (value.kind) {
    case 'object':
      return 'an object';
    case 'array':
      return 'a list';
    case 'string':
      return 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
  }
}

/** A number without fraction and exponent, of any size; null otherwise. −0 is no whole number: it has a sign. */
export function wholeNumber(value: JsonValue): bigint | null {
  if (value.kind !== 'number' || !/^-?\d+$/u.test(value.source) || value.source === '-0')
    return null;
  return BigInt(value.source);
}

/** The bytes of a text as the decoders write them: `0x0aff`; null for any other text. */
export function bytesOfLiteral(text: string): Uint8Array | null {
  if (!/^0x(?:[0-9a-f]{2})*$/u.test(text)) return null;
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

/** Of bytes that a schema asks for. */
export function bytesOf(walk: SourceWalk, value: JsonValue): Uint8Array {
  const bytes = value.kind === 'string' ? bytesOfLiteral(value.value.toLowerCase()) : null;
  if (bytes) return bytes;
  throw walk.wrong(
    `Bytes are written as hexadecimal text, as in "0x0aff"; this is ${kindWords(value)}`,
  );
}

/** A number as a double. Text stands for what JSON has no number for. */
export function floatOf(walk: SourceWalk, value: JsonValue): number {
  if (value.kind === 'number') return Number(value.source);
  if (value.kind === 'string' && ['NaN', 'Infinity', '-Infinity'].includes(value.value)) {
    return Number(value.value);
  }
  throw walk.wrong(`A number belongs here, not ${kindWords(value)}`);
}

/** A whole number within limits. */
export function wholeOf(walk: SourceWalk, value: JsonValue, low: bigint, high: bigint): bigint {
  const number = wholeNumber(value);
  if (number === null) throw walk.wrong(`A whole number belongs here, not ${describe(value)}`);
  if (number >= low && number <= high) return number;
  throw walk.wrong(
    `${String(number)} does not fit: it must be from ${String(low)} to ${String(high)}`,
  );
}

export function textOf(walk: SourceWalk, value: JsonValue): string {
  if (value.kind === 'string') return wellFormed(walk, value.value);
  throw walk.wrong(`A text belongs here, not ${kindWords(value)}`);
}

/** Half a character has no form in UTF-8: it would become another one. */
export function wellFormed(walk: SourceWalk, text: string): string {
  if (!/\p{Surrogate}/u.test(text)) return text;
  throw walk.wrong('Half a character (a lone surrogate) cannot be sent');
}

export function booleanOf(walk: SourceWalk, value: JsonValue): boolean {
  if (value.kind === 'boolean') return value.value;
  throw walk.wrong(`true or false belongs here, not ${kindWords(value)}`);
}

export function objectOf(walk: SourceWalk, value: JsonValue): JsonContainer {
  if (value.kind === 'object') return value;
  throw walk.wrong(`An object belongs here, not ${kindWords(value)}`);
}

export function listOf(walk: SourceWalk, value: JsonValue): JsonContainer {
  if (value.kind === 'array') return value;
  throw walk.wrong(`A list belongs here, not ${kindWords(value)}`);
}

function describe(value: JsonValue): string {
  return value.kind === 'number' ? value.source.slice(0, 40) : kindWords(value);
}
