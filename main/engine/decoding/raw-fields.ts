import type { RawField } from '../../../app/decoding/decoded';
import { decodeUtf8, looksBinary } from '../../../app/payload/utf8';
import { hexLiteral, shortFloat32 } from './json-writer';

type Row = { -readonly [K in keyof RawField]: RawField[K] };

const WIRES = ['varint', 'fixed64', 'bytes', 'group', null, 'fixed32'] as const;
const END_GROUP = 4;
const MOST_DEPTH = 40;
/** A row each: more than anybody reads, and a bound for what crosses to the window. */
const MOST_FIELDS = 50_000;
const SHOWN_BYTES = 64;
const SHOWN_CHARS = 2_000;

/**
 * The fields of a Protobuf message without its schema, each with its place and what it may mean. Bytes that read as
 * fields to their end are shown as a nested message, unless they are text.
 * @throws Error that says where the bytes stop being fields
 */
export function rawFields(bytes: Uint8Array): RawField[] {
  const rows: Row[] = [];
  readMessage(bytes, 0, bytes.length, 0, rows);
  return rows;
}

function readMessage(
  bytes: Uint8Array,
  from: number,
  to: number,
  depth: number,
  rows: Row[],
): void {
  const groups: Row[] = [];
  let at = from;
  while (at < to) {
    const start = at;
    const key = varint(bytes, at, to);
    at = key.next;
    const number = Number(key.value >> 3n);
    const wireNumber = Number(key.value & 7n);
    if (number === 0 || number > 0x1fff_ffff) throw wrong(start, 'no field number');
    if (wireNumber === END_GROUP) {
      const group = groups.pop();
      if (group?.number !== number) throw wrong(start, 'the end of a group that was not begun');
      group.end = at;
      continue;
    }
    const wire = WIRES[wireNumber];
    if (!wire) throw wrong(start, 'an unknown kind of field');
    if (rows.length >= MOST_FIELDS) throw new Error('It has more than 50,000 fields');
    const row: Row = {
      ...{ depth: depth + groups.length, number, wire, start, end: at, text: '', others: [] },
    };
    rows.push(row);
    if (wire === 'group') {
      if (row.depth >= MOST_DEPTH) throw wrong(start, 'too many groups within each other');
      groups.push(row);
      continue;
    }
    at = readValue(bytes, at, to, row, rows);
    row.end = at;
  }
  if (groups.length > 0) throw wrong(to, 'the end within a group');
}

/** Reads one value into its row; returns where it ends. */
function readValue(bytes: Uint8Array, at: number, to: number, row: Row, rows: Row[]): number {
  switch (row.wire) {
    case 'varint': {
      const { value, next } = varint(bytes, at, to);
      row.text = String(value);
      row.others = varintReadings(value);
      return next;
    }
    case 'fixed32':
      fixed32(viewOf(bytes, at, 4, to), row);
      return at + 4;
    case 'fixed64':
      fixed64(viewOf(bytes, at, 8, to), row);
      return at + 8;
    default: {
      const { value, next } = varint(bytes, at, to);
      if (value > BigInt(to - next)) throw wrong(at, 'a length beyond the end');
      const end = next + Number(value);
      readBytes(bytes, next, end, row, rows);
      return end;
    }
  }
}

function readBytes(bytes: Uint8Array, from: number, to: number, row: Row, rows: Row[]): void {
  const part = bytes.subarray(from, to);
  const text = decodeUtf8(part);
  if (text !== null && !looksBinary(text)) {
    const isWhole = text.length <= SHOWN_CHARS;
    row.text = JSON.stringify(isWhole ? text : text.slice(0, SHOWN_CHARS));
    row.others = isWhole ? [] : [`the first of ${String(part.length)} bytes`];
    return;
  }
  if (row.depth < MOST_DEPTH && isMessage(bytes, from, to, row.depth + 1, rows)) return;
  row.text = hexLiteral(part.subarray(0, SHOWN_BYTES));
  if (part.length > SHOWN_BYTES) row.others = [`the first of ${String(part.length)} bytes`];
}

/** Whether the bytes read as fields to their end; their rows are there then. */
function isMessage(
  bytes: Uint8Array,
  from: number,
  to: number,
  depth: number,
  rows: Row[],
): boolean {
  const before = rows.length;
  try {
    readMessage(bytes, from, to, depth, rows);
    return true;
  } catch {
    // Plain bytes, then: what was read of them as fields goes.
    rows.length = before;
    return false;
  }
}

function varintReadings(value: bigint): string[] {
  const others: string[] = [];
  const signed = BigInt.asIntN(64, value);
  if (signed < 0n) others.push(`${String(signed)} as int`);
  const zigzag = (value >> 1n) ^ -(value & 1n);
  if ((value & 1n) === 1n) others.push(`${String(zigzag)} as sint`);
  if (value <= 1n) others.push(`${String(value === 1n)} as bool`);
  return others;
}

function fixed32(view: DataView, row: Row): void {
  const float = shortFloat32(view.getFloat32(0, true));
  row.text = String(view.getUint32(0, true));
  row.others = [`${String(float)} as float`];
  const signed = view.getInt32(0, true);
  if (signed < 0) row.others = [...row.others, `${String(signed)} as sfixed`];
}

function fixed64(view: DataView, row: Row): void {
  row.text = String(view.getBigUint64(0, true));
  row.others = [`${String(view.getFloat64(0, true))} as double`];
  const signed = view.getBigInt64(0, true);
  if (signed < 0n) row.others = [...row.others, `${String(signed)} as sfixed`];
}

function viewOf(bytes: Uint8Array, at: number, length: number, to: number): DataView {
  if (at + length > to) throw wrong(at, 'the end within a number');
  return new DataView(bytes.buffer, bytes.byteOffset + at, length);
}

function varint(
  bytes: Uint8Array,
  at: number,
  to: number,
): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let index = 0; index < 10; index++) {
    const byte = at + index < to ? bytes[at + index] : undefined;
    if (byte === undefined) throw wrong(at, 'the end within a number');
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: at + index + 1 };
  }
  throw wrong(at, 'a number longer than ten bytes');
}

function wrong(at: number, what: string): Error {
  return new Error(`These bytes are no Protobuf message: ${what} stands at offset ${String(at)}`);
}
