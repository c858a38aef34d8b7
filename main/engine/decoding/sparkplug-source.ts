import Long from 'long';
import type { JsonContainer, JsonValue } from '../../../app/payload/json';
import { instantOf } from './instants';
import {
  booleanOf,
  bytesOf,
  floatOf,
  kindWords,
  listOf,
  objectOf,
  SourceWalk,
  textOf,
  wholeNumber,
  wholeOf,
} from './json-source';
import { DATA_TYPES, type Births } from './sparkplug-payload';

type Fields = Record<string, unknown>;

const UINT64 = 2n ** 64n - 1n;
const [INT32, INT64, DOUBLE, BOOLEAN, STRING] = [3, 4, 10, 11, 12];
/** By the name of the data type: the field of its value, and for whole numbers how many bits it has. */
const INTEGERS: ReadonlyMap<string, readonly [bits: bigint, isSigned: boolean]> = new Map(
  [8n, 16n, 32n, 64n].flatMap((bits): [string, [bigint, boolean]][] => [
    [`Int${String(bits)}`, [bits, true]],
    [`UInt${String(bits)}`, [bits, false]],
  ]),
);
const METRIC_NAMES = [
  ...['name', 'alias', 'value', 'datatype', 'timestamp', 'is_historical', 'is_transient'],
  ...['metadata', 'properties'],
];

/** A Sparkplug B payload as the library writes it, of JSON as `payloadMembers` makes it (Sparkplug 3.0.0 §6.4). */
export class SparkplugSource {
  readonly notes: string[] = [];
  readonly #walk = new SourceWalk();
  #guessed = 0;

  constructor(private readonly births: Births) {}

  read(value: JsonValue): Fields {
    const payload: Fields = {};
    this.#walk.members(objectOf(this.#walk, value), (name, member) => {
      if (name === 'timestamp') payload['timestamp'] = this.#time(member);
      else if (name === 'seq') payload['seq'] = this.#long(member);
      else if (name === 'uuid') payload['uuid'] = textOf(this.#walk, member);
      else if (name === 'body') payload['body'] = bytesOf(this.#walk, member);
      else if (name === 'metrics') payload['metrics'] = this.#metrics(member);
      else {
        throw this.#walk.wrong(
          `A payload has no “${name}”; it has timestamp, seq, metrics, uuid and body`,
        );
      }
    });
    if (this.#guessed > 0) {
      this.notes.push(
        `${String(this.#guessed)} ${this.#guessed === 1 ? 'metric has' : 'metrics have'} no datatype and no birth names one: Int64, Double, Boolean or String was taken by the value.`,
      );
    }
    return payload;
  }

  #metrics(value: JsonValue): Fields[] {
    const metrics: Fields[] = [];
    this.#walk.items(listOf(this.#walk, value), (item) => {
      metrics.push(this.#metric(objectOf(this.#walk, item)));
    });
    return metrics;
  }

  #metric(object: JsonContainer): Fields {
    const metric: Fields = {};
    let value: JsonValue | null = null;
    this.#walk.members(object, (name, member) => {
      if (name === 'value') value = member;
      else this.#metricField(metric, name, member);
    });
    const known = this.births.of(metric).datatype;
    if (value === null) return metric;
    const found: JsonValue = value;
    this.#walk.within('value', () => {
      const datatype = known === 0 ? this.#guess(metric, found) : known;
      this.#put(metric, found, datatype);
    });
    return metric;
  }

  #metricField(metric: Fields, name: string, value: JsonValue): void {
    const walk = this.#walk;
    if (name === 'name') metric['name'] = textOf(walk, value);
    else if (name === 'alias') metric['alias'] = this.#long(value);
    else if (name === 'datatype') metric['datatype'] = this.#datatype(value);
    else if (name === 'timestamp') metric['timestamp'] = this.#time(value);
    else if (name === 'is_historical' || name === 'is_transient')
      metric[name] = booleanOf(walk, value);
    else if (name === 'properties') metric['properties'] = this.#properties(value);
    else if (name === 'metadata') metric['metadata'] = this.#metadata(value);
    else throw walk.wrong(`A metric has no “${name}”; it has ${METRIC_NAMES.join(', ')}`);
  }

  #datatype(value: JsonValue): number {
    if (value.kind === 'number') return Number(wholeOf(this.#walk, value, 0n, 2n ** 32n - 1n));
    const index = DATA_TYPES.indexOf(textOf(this.#walk, value));
    if (index >= 0) return index;
    throw this.#walk.wrong(
      `There is no such datatype; there are ${DATA_TYPES.slice(1).join(', ')}`,
    );
  }

  /** Says the type of a metric that nobody named. */
  #guess(metric: Fields, value: JsonValue): number {
    const datatype = guessed(value, INT64);
    if (value.kind === 'null') return datatype;
    metric['datatype'] = datatype;
    this.#guessed += 1;
    return datatype;
  }

  /** Writes a value into the field that its type has. */
  #put(target: Fields, value: JsonValue, datatype: number): void {
    const walk = this.#walk;
    const type = DATA_TYPES[datatype] ?? '';
    const integer = INTEGERS.get(type);
    if (value.kind === 'null') target['is_null'] = true;
    else if (integer) this.#putInteger(target, value, ...integer);
    else if (type === 'Float') target['float_value'] = floatOf(walk, value);
    else if (type === 'Double') target['double_value'] = floatOf(walk, value);
    else if (type === 'Boolean') target['boolean_value'] = booleanOf(walk, value);
    else if (type === 'DateTime') target['long_value'] = this.#time(value);
    else if (['String', 'Text', 'UUID'].includes(type))
      target['string_value'] = textOf(walk, value);
    else if (type === 'Bytes' || type === 'File' || type.endsWith('Array'))
      target['bytes_value'] = bytesOf(walk, value);
    else {
      const name = type === '' ? String(datatype) : type;
      throw walk.wrong(
        `A value of the datatype ${name} is not written from JSON: the types of what it holds are not in the text. To send a stored one with other values, choose the format Hex, which keeps its bytes, or Protobuf with the schema of Sparkplug`,
      );
    }
  }

  /** Negative numbers travel as two's complement in an unsigned field (§6.4.18). */
  #putInteger(target: Fields, value: JsonValue, bits: bigint, isSigned: boolean): void {
    const low = isSigned ? -(2n ** (bits - 1n)) : 0n;
    const high = isSigned ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n;
    const number = wholeOf(this.#walk, value, low, high);
    if (bits < 64n) target['int_value'] = Number(BigInt.asUintN(32, number));
    else target['long_value'] = Long.fromString(String(BigInt.asUintN(64, number)), true);
  }

  #properties(value: JsonValue): Fields {
    const keys: string[] = [];
    const values: Fields[] = [];
    this.#walk.members(objectOf(this.#walk, value), (name, member) => {
      if (member.kind === 'array' || member.kind === 'object')
        throw this.#walk.wrong(`A property of a metric cannot be ${kindWords(member)} here`);
      const whole = wholeNumber(member);
      const isSmall = whole !== null && BigInt.asIntN(32, whole) === whole;
      const type = guessed(member, isSmall ? INT32 : INT64);
      const entry: Fields = { type };
      this.#put(entry, member, type);
      keys.push(name);
      values.push(entry);
    });
    return { keys, values };
  }

  #metadata(value: JsonValue): Fields {
    const fields: Fields = {};
    this.#walk.members(objectOf(this.#walk, value), (name, member) => {
      if (name === 'is_multi_part') fields[name] = booleanOf(this.#walk, member);
      else if (name === 'size' || name === 'seq') fields[name] = this.#long(member);
      else if (['content_type', 'file_name', 'file_type', 'md5', 'description'].includes(name))
        fields[name] = textOf(this.#walk, member);
      else throw this.#walk.wrong(`The metadata of a metric have no “${name}”`);
    });
    return fields;
  }

  #long(value: JsonValue): Long {
    return Long.fromString(String(wholeOf(this.#walk, value, 0n, UINT64)), true);
  }

  /** Milliseconds since 1970, or the time in words. */
  #time(value: JsonValue): Long {
    if (value.kind !== 'string') return this.#long(value);
    const instant = instantOf(value.value);
    if (instant === null) {
      throw this.#walk.wrong(`“${value.value}” is not a time as in "2026-01-31T09:41:07.500Z"`);
    }
    const timeMs = instant.seconds * 1000n + BigInt(Math.floor(instant.nanos / 1e6));
    return Long.fromString(String(BigInt.asUintN(64, timeMs)), true);
  }
}

function guessed(value: JsonValue, whole: number): number {
  if (value.kind === 'boolean') return BOOLEAN;
  if (value.kind === 'number') return wholeNumber(value) === null ? DOUBLE : whole;
  return STRING;
}
