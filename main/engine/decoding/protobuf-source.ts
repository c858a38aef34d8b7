import Long from 'long';
import protobuf from 'protobufjs';
import type { JsonValue } from '../../../app/payload/json';
import { instantOf, secondsOf } from './instants';
import {
  booleanOf,
  bytesOf,
  floatOf,
  listOf,
  objectOf,
  textOf,
  wellFormed,
  wholeOf,
  type SourceWalk,
} from './json-source';

type Fields = Record<string, unknown>;
/** The library's types of a map leave out what it has as a field. */
type MapOf = protobuf.Field & { readonly keyType: string };

const LIMITS: ReadonlyMap<string, readonly [low: bigint, high: bigint]> = new Map([
  ...['int32', 'sint32', 'sfixed32'].map((type) => [type, [-(2n ** 31n), 2n ** 31n - 1n]] as const),
  ...['uint32', 'fixed32'].map((type) => [type, [0n, 2n ** 32n - 1n]] as const),
  ...['int64', 'sint64', 'sfixed64'].map((type) => [type, [-(2n ** 63n), 2n ** 63n - 1n]] as const),
  ...['uint64', 'fixed64'].map((type) => [type, [0n, 2n ** 64n - 1n]] as const),
]);
const MOST_NAMES = 20;

/**
 * The fields of a message as the library writes them, of JSON as `protobufMembers` makes it: enumerations by name or
 * number, times and durations in words, bytes as `0x0aff`. What is null is not sent.
 */
export function protobufFields(walk: SourceWalk, type: protobuf.Type, value: JsonValue): Fields {
  const fields = Object.create(null) as Fields;
  const chosen = new Map<string, string>();
  walk.members(objectOf(walk, value), (name, member) => {
    const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
    if (!field) throw walk.wrong(unknownWords(type, name));
    if (member.kind === 'null') return;
    const oneOf = field.partOf?.name;
    const other = oneOf === undefined ? undefined : chosen.get(oneOf);
    if (oneOf !== undefined && other !== undefined && other !== name) {
      throw walk.wrong(`Only one of “${other}” and “${name}” can be sent (oneof ${oneOf})`);
    }
    if (oneOf !== undefined) chosen.set(oneOf, name);
    fields[name] = fieldValue(walk, field, member);
  });
  const missing = type.fieldsArray.find(({ name, required }) => required && !(name in fields));
  if (missing) throw walk.wrong(`The required field “${missing.name}” is missing`);
  return fields;
}

function unknownWords(type: protobuf.Type, name: string): string {
  const known = type.fieldsArray.slice(0, MOST_NAMES).map((field) => field.name);
  const more = type.fieldsArray.length > known.length ? ', …' : '';
  return `${type.name} has no field “${name}”; it has ${known.join(', ')}${more}`;
}

function fieldValue(walk: SourceWalk, field: protobuf.Field, value: JsonValue): unknown {
  if (field instanceof protobuf.MapField) return mapFields(walk, field, value);
  if (!field.repeated) return single(walk, field, value);
  const items: unknown[] = [];
  walk.items(listOf(walk, value), (item) => items.push(single(walk, field, item)));
  return items;
}

function mapFields(walk: SourceWalk, field: MapOf, value: JsonValue): Fields {
  const entries = Object.create(null) as Fields;
  walk.members(objectOf(walk, value), (name, member) => {
    entries[mapKey(walk, field.keyType, name)] = single(walk, field, member);
  });
  return entries;
}

function mapKey(walk: SourceWalk, type: string, name: string): string {
  if (type === 'string') return wellFormed(walk, name);
  if (type === 'bool') {
    if (name !== 'true' && name !== 'false') throw walk.wrong('A key here is true or false');
    // The library takes any text but the empty one for true.
    return name === 'true' ? name : '';
  }
  if (!/^-?\d{1,20}$/u.test(name)) throw walk.wrong(`A key here is a whole number (${type})`);
  const [low, high] = LIMITS.get(type) ?? [0n, 0n];
  wholeOf(walk, { kind: 'number', source: name }, low, high);
  return name;
}

function single(walk: SourceWalk, field: protobuf.Field, value: JsonValue): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum) return enumValue(walk, resolvedType, value);
  if (resolvedType instanceof protobuf.Type) {
    return wellKnown(walk, resolvedType, value) ?? protobufFields(walk, resolvedType, value);
  }
  return scalar(walk, field.type, value);
}

function scalar(walk: SourceWalk, type: string, value: JsonValue): unknown {
  switch (type) {
    case 'string':
      return textOf(walk, value);
    case 'bytes':
      return bytesOf(walk, value);
    case 'bool':
      return booleanOf(walk, value);
    case 'double':
    case 'float':
      return floatOf(walk, value);
    default: {
      const [low, high] = LIMITS.get(type) ?? [0n, 0n];
      const number = wholeOf(walk, unquoted(value), low, high);
      return type.endsWith('64') ? Long.fromString(String(number), low === 0n) : Number(number);
    }
  }
}

/** The JSON form of Protocol Buffers writes 64-bit numbers as text, and takes every whole number in both forms. */
function unquoted(value: JsonValue): JsonValue {
  return value.kind === 'string' && /^-?\d{1,20}$/u.test(value.value)
    ? { kind: 'number', source: value.value }
    : value;
}

function enumValue(walk: SourceWalk, type: protobuf.Enum, value: JsonValue): number {
  if (value.kind !== 'string') return Number(wholeOf(walk, value, -(2n ** 31n), 2n ** 31n - 1n));
  const number = Object.hasOwn(type.values, value.value) ? type.values[value.value] : undefined;
  if (number !== undefined) return number;
  const known = Object.keys(type.values).slice(0, MOST_NAMES).join(', ');
  throw walk.wrong(`${type.name} has no value “${value.value}”; it has ${known}`);
}

/** Times and durations as the decoder writes them; null for what is not written so. */
function wellKnown(walk: SourceWalk, type: protobuf.Type, value: JsonValue): Fields | null {
  if (value.kind !== 'string') return null;
  const isTime = type.fullName === '.google.protobuf.Timestamp';
  if (!isTime && type.fullName !== '.google.protobuf.Duration') return null;
  const read = isTime ? instantOf(value.value) : secondsOf(value.value);
  if (read === null) {
    const sample = isTime ? 'a time as in "2026-01-31T09:41:07.5Z"' : 'a duration as in "1.5s"';
    throw walk.wrong(`“${value.value}” is not ${sample}`);
  }
  return { seconds: Long.fromString(String(read.seconds)), nanos: read.nanos };
}
