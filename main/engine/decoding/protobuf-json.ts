import Long from 'long';
import protobuf from 'protobufjs';
import { Exact, Members, shortFloat32 } from './json-writer';

type Fields = Record<string, unknown>;

/**
 * A decoded Protobuf message as members in the order of its schema: 64-bit numbers exact, enumerations by name where
 * they have one, times and durations in words, fields that the schema does not know by their number.
 */
export function protobufMembers(message: protobuf.Message, type: protobuf.Type): Members {
  const members = new Members();
  const values = message as unknown as Fields;
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(values, field.name)) continue;
    const value = values[field.name];
    if (value === null || value === undefined || isEmpty(value)) continue;
    members.add(field.name, fieldValue(field, value));
  }
  return members;
}

/** Of lists and maps the library has one for each field; an empty one was not sent. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  const isMap = typeof value === 'object' && value !== null && value.constructor === Object;
  return isMap && Object.keys(value).length === 0;
}

function fieldValue(field: protobuf.Field, value: unknown): unknown {
  if (field.map) return mapMembers(field, value as Fields);
  if (Array.isArray(value)) return value.map((one: unknown) => single(field, one));
  return single(field, value);
}

function mapMembers(field: protobuf.Field, value: Fields): Members {
  const members = new Members();
  for (const [key, one] of Object.entries(value))
    members.add(mapKey(field, key), single(field, one));
  return members;
}

/** The library keys 64-bit numbers by their eight bytes. */
function mapKey(field: protobuf.Field, key: string): string {
  const keyType = field instanceof protobuf.MapField ? field.keyType : '';
  if (!/64$/.test(keyType) || key.length !== 8) return key;
  const number: unknown = protobuf.util.longFromHash(key, /^u|^fixed/.test(keyType));
  return Long.isLong(number) ? number.toString() : key;
}

function single(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum) {
    return resolvedType.valuesById[Number(value)] ?? value;
  }
  if (resolvedType instanceof protobuf.Type) {
    const message = value as protobuf.Message;
    return wellKnown(resolvedType, message) ?? protobufMembers(message, resolvedType);
  }
  if (Long.isLong(value)) return new Exact(value.toString());
  return field.type === 'float' && typeof value === 'number' ? shortFloat32(value) : value;
}

function wellKnown(type: protobuf.Type, message: protobuf.Message): unknown {
  const { seconds, nanos } = message as unknown as { seconds?: unknown; nanos?: unknown };
  if (type.fullName === '.google.protobuf.Timestamp') return timeText(seconds, nanos);
  if (type.fullName !== '.google.protobuf.Duration') return null;
  return `${wholeText(seconds)}${fractionText(nanos)}s`;
}

function timeText(seconds: unknown, nanos: unknown): string | null {
  const date = new Date(Number(wholeText(seconds)) * 1000);
  if (Number.isNaN(date.getTime())) return null;
  return `${date.toISOString().slice(0, -5)}${fractionText(nanos)}Z`;
}

/** Of a 64-bit number as the library has it; absent is zero. */
function wholeText(value: unknown): string {
  return Long.isLong(value) ? value.toString() : String(Number(value ?? 0));
}

function fractionText(nanos: unknown): string {
  const count = Math.abs(Number(nanos ?? 0));
  return count === 0
    ? ''
    : `.${String(count)
        .padStart(9, '0')
        .replace(/(?:000){1,2}$/, '')}`;
}

/** How many fields the schema does not know, in the message and all it contains. */
export function unknownFields(message: protobuf.Message, type: protobuf.Type): string[] {
  const found = new Set<string>();
  const waiting: [protobuf.Message, protobuf.Type][] = [[message, type]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [one, itsType] = next;
    const { $unknowns = [] } = one as unknown as { $unknowns?: readonly Uint8Array[] };
    for (const unknown of $unknowns) {
      const reader = protobuf.Reader.create(unknown);
      found.add(`${itsType.name} ${String(reader.uint32() >>> 3)}`);
    }
    for (const field of itsType.fieldsArray) {
      const { resolvedType } = field;
      if (!(resolvedType instanceof protobuf.Type)) continue;
      const value = (one as unknown as Fields)[field.name];
      for (const inner of messagesOf(field, value)) waiting.push([inner, resolvedType]);
    }
  }
  return [...found];
}

function messagesOf(field: protobuf.Field, value: unknown): readonly protobuf.Message[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value as protobuf.Message[];
  return field.map ? (Object.values(value) as protobuf.Message[]) : [value as protobuf.Message];
}
