import { hexText } from '../payload/hex';
import { decodeUtf8 } from '../payload/utf8';
import type { DecodeOptions, FieldKind, PacketField, PacketProblem } from './packet-field';
import { section, type Rule } from './rules';

/** More fields than anybody reads; a SUBSCRIBE may have thousands of topic filters. */
const MOST_FIELDS = 2_000;
/** What a value may take of the list; the bytes have it all. */
const MOST_VALUE_CHARS = 1_000;
const MOST_VALUE_BYTES = 32;

/** Ends the reading of a packet; it never leaves `decodePacket`. */
export class CannotReadOn extends Error {}

interface OpenField {
  name: string;
  value: string;
  kind: FieldKind;
  from: number;
  to: number;
  depth: number;
}

/**
 * Reads a packet from its first byte on and notes each field with the bytes in which it stands. What can't be read ends
 * with a field that says why, and a `CannotReadOn`. Nothing is read beyond the bytes that are there.
 */
export class FieldReader {
  problem: PacketProblem | null = null;
  position = 0;
  /** Where what is being read ends: the packet, or its properties. */
  end: number;
  readonly options: DecodeOptions;
  readonly #bytes: Uint8Array;
  readonly #fields: OpenField[] = [];
  #leftOut = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, options: DecodeOptions) {
    this.#bytes = bytes;
    this.options = options;
    this.end = options.sizeBytes;
  }

  /** All that were read, and how many more there are than are listed. */
  get fields(): readonly PacketField[] {
    if (this.#leftOut === 0) return this.#fields;
    const value = `${this.#leftOut.toLocaleString('en')} more, not listed`;
    const at = Math.min(this.position, this.#bytes.length);
    return [
      ...this.#fields,
      { name: 'More fields', value, kind: 'cut', from: at, to: at, depth: 0 },
    ];
  }

  get isFive(): boolean {
    return this.options.version === '5';
  }

  /** Bytes of what is being read that are still to come. */
  get left(): number {
    return this.end - this.position;
  }

  /** Fields of their own below a name. The value can be told when they were read. */
  group(name: string, read: () => string | undefined): void {
    const field = this.#add(name, '', 'group', this.position, this.position);
    this.#depth += 1;
    try {
      field.value = read() ?? '';
    } finally {
      this.#depth -= 1;
      field.to = Math.max(field.from, Math.min(this.position, this.#bytes.length));
    }
  }

  /** A value that was read, or one made of bits of it. */
  note(name: string, value: string, from: number, to = this.position): void {
    this.#add(name, shortened(value), 'value', from, to);
  }

  byte(name: string, words: (value: number) => string = String, from = this.position): number {
    const value = this.#take(name, 1)[0] ?? 0;
    this.note(name, words(value), from);
    return value;
  }

  /** A byte whose bits are noted one by one. */
  flags(name: string): number {
    return this.#take(name, 1)[0] ?? 0;
  }

  uint16(name: string, words: (value: number) => string = String, from = this.position): number {
    const [high = 0, low = 0] = this.#take(name, 2);
    const value = high * 256 + low;
    this.note(name, words(value), from);
    return value;
  }

  uint32(name: string, words: (value: number) => string = String, from = this.position): number {
    const bytes = this.#take(name, 4);
    const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    this.note(name, words(value), from);
    return value;
  }

  /** A Variable Byte Integer (MQTT 5.0 §1.5.5). */
  variable(name: string, words: (value: number) => string = String, from = this.position): number {
    const value = this.variableQuietly(name);
    this.note(name, words(value), from);
    return value;
  }

  /** As `variable`, for whoever notes it. */
  variableQuietly(name: string): number {
    const from = this.position;
    let value = 0;
    for (let scale = 1, length = 1; ; scale *= 128, length += 1) {
      const byte = this.#take(name, 1)[0] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (length > 1 && byte === 0) {
          this.complain(`${name} takes more bytes than it needs`, 'variable-byte-integer');
        }
        return value;
      }
      if (length === 4)
        this.fail(`${name} has more than four bytes`, 'variable-byte-integer', from);
    }
  }

  /** A UTF-8 Encoded String (MQTT 5.0 §1.5.4), with the two bytes of its length. */
  text(name: string, from = this.position): string {
    const text = this.#text(name);
    this.note(name, text, from);
    return text;
  }

  /** A UTF-8 String Pair (MQTT 5.0 §1.5.7). @returns its name and value */
  pair(name: string, from = this.position): string {
    const key = this.#text(`The name of ${name}`);
    const text = `${key}: ${this.#text(`The value of ${name}`)}`;
    this.note(name, text, from);
    return text;
  }

  #text(name: string): string {
    const bytes = this.#lengthAndBytes(name);
    const text = decodeUtf8(bytes);
    if (text === null) this.complain(`${name} is not valid UTF-8`, 'text');
    else if (text.includes('\0')) this.complain(`${name} has the character U+0000`, 'text-nul');
    return text ?? `not UTF-8: ${bytesWords(bytes)}`;
  }

  binary(name: string, from = this.position): void {
    this.note(name, bytesWords(this.#lengthAndBytes(name)), from);
  }

  /** As `binary`: only its length is told. */
  secret(name: string, from = this.position): void {
    const length = this.#length(name);
    this.note(`${name} length`, String(length), from);
    this.#secret(name, length);
  }

  /** All that is left, as the payload of a PUBLISH is. */
  rest(name: string, words: (bytes: Uint8Array) => string): void {
    const from = this.position;
    const kept = Math.max(from, Math.min(this.end, this.#bytes.length));
    const bytes = this.#bytes.subarray(from, kept);
    this.position = kept;
    if (kept > from || this.left === 0) this.note(name, words(bytes), from);
    if (this.left === 0) return;
    this.#cut(this.end - kept);
    throw new CannotReadOn();
  }

  /** Something is wrong with what was read; reading goes on. */
  complain(words: string, rule: Rule): void {
    this.problem ??= { words: `${words}.`, section: section(rule, this.options.version) };
  }

  /** Nothing can be read from a place on. */
  fail(words: string, rule: Rule, from = this.position): never {
    this.complain(words, rule);
    this.#malformed(`${words} (${section(rule, this.options.version)})`, from);
  }

  #malformed(words: string, from: number): never {
    const kept = Math.max(from, Math.min(this.options.sizeBytes, this.#bytes.length));
    this.#add('Malformed', words, 'malformed', from, kept);
    this.position = kept;
    throw new CannotReadOn();
  }

  #secret(name: string, length: number): void {
    const from = this.position;
    const kept = Math.min(from + length, this.end, this.#bytes.length);
    const words = `${String(length)} bytes, not shown`;
    this.#add(name, words, 'secret', from, Math.max(from, kept));
    this.#take(name, length);
  }

  #lengthAndBytes(name: string): Uint8Array {
    return this.#take(name, this.#length(name));
  }

  #length(name: string): number {
    const [high = 0, low = 0] = this.#take(`The length of ${name.toLowerCase()}`, 2);
    return high * 256 + low;
  }

  #take(name: string, length: number): Uint8Array {
    const from = this.position;
    const { unread } = this.options;
    if (unread && length > 0 && from >= unread.from) this.#malformed(unread.value, from);
    const to = from + length;
    if (to > this.end) {
      const needs = length === 1 ? '1 byte' : `${String(length)} bytes`;
      const words = `${name} needs ${needs}, and there are ${String(Math.max(0, this.left))} left`;
      this.fail(words, 'length', from);
    }
    if (to > this.#bytes.length) {
      this.position = this.#bytes.length;
      this.#cut(this.options.sizeBytes - this.#bytes.length);
      throw new CannotReadOn();
    }
    this.position = to;
    return this.#bytes.subarray(from, to);
  }

  #cut(bytes: number): void {
    const at = this.#bytes.length;
    const count = `${bytes.toLocaleString('en')} more byte${bytes === 1 ? '' : 's'}`;
    const words = this.options.missing === 'not-kept' ? 'were not kept' : 'never came';
    this.#add('Cut here', `${count} ${words}`, 'cut', at, at);
  }

  #add(name: string, value: string, kind: FieldKind, from: number, to: number): OpenField {
    const field = { name, value, kind, from, to, depth: this.#depth };
    // A secret is noted whatever the list holds: what is noted is what is masked.
    if (this.#fields.length < MOST_FIELDS || kind === 'secret' || kind === 'malformed')
      this.#fields.push(field);
    else this.#leftOut += 1;
    return field;
  }
}

/** Bytes as hexadecimal, the beginning of many. */
export function bytesWords(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty';
  const more = bytes.length > MOST_VALUE_BYTES ? ' …' : '';
  const count = bytes.length === 1 ? '1 byte' : `${bytes.length.toLocaleString('en')} bytes`;
  return `${hexText(bytes.subarray(0, MOST_VALUE_BYTES))}${more} (${count})`;
}

function shortened(text: string): string {
  if (text.length <= MOST_VALUE_CHARS) return text;
  return `${text.slice(0, MOST_VALUE_CHARS)}… (${text.length.toLocaleString('en')} characters)`;
}
