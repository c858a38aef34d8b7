import Long from 'long';
import protobuf from 'protobufjs';
import { messageOf } from '../../../app/errors';
import { checkStructuredSize } from './decoder';
import { Exact, Members, shortFloat32 } from './json-writer';
import source from './sparkplug-b.proto?raw';

const { root } = protobuf.parse(source, { keepCase: true });
const payloadType = root.lookupType('sparkplug.Payload');

/** By number (Sparkplug 3.0.0 §6.4.16, `DataType`). */
export const DATA_TYPES = [
  ...['Unknown', 'Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64'],
  ...['Float', 'Double', 'Boolean', 'String', 'DateTime', 'Text', 'UUID', 'DataSet', 'Bytes'],
  ...['File', 'Template', 'PropertySet', 'PropertySetList', 'Int8Array', 'Int16Array'],
  ...['Int32Array', 'Int64Array', 'UInt8Array', 'UInt16Array', 'UInt32Array', 'UInt64Array'],
  ...['FloatArray', 'DoubleArray', 'BooleanArray', 'StringArray', 'DateTimeArray'],
];

/** Neither the message nor a birth before it says what the value is: its sign, whether it is a time. */
export const UNKNOWN = 0;

interface Value {
  readonly is_null?: boolean;
  readonly int_value?: number;
  readonly long_value?: Long;
  readonly float_value?: number;
  readonly double_value?: number;
  readonly boolean_value?: boolean;
  readonly string_value?: string;
  readonly bytes_value?: Uint8Array;
  readonly dataset_value?: DataSet;
  readonly template_value?: Template;
  readonly propertyset_value?: PropertySet;
  readonly propertysets_value?: { readonly propertyset: readonly PropertySet[] };
}

export interface Metric extends Value {
  readonly name?: string;
  readonly alias?: Long;
  readonly timestamp?: Long;
  readonly datatype?: number;
  readonly is_historical?: boolean;
  readonly is_transient?: boolean;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly properties?: PropertySet;
}

interface PropertySet {
  readonly keys: readonly string[];
  readonly values: readonly (Value & { readonly type?: number })[];
}

interface DataSet {
  readonly columns: readonly string[];
  readonly types: readonly number[];
  readonly rows: readonly { readonly elements: readonly Value[] }[];
}

interface Template {
  readonly version?: string;
  readonly template_ref?: string;
  readonly is_definition?: boolean;
  readonly metrics: readonly Metric[];
  readonly parameters: readonly (Value & { readonly name?: string; readonly type?: number })[];
}

export interface SparkplugPayload {
  readonly timestamp?: Long;
  readonly metrics: readonly Metric[];
  readonly seq?: Long;
  readonly uuid?: string;
  readonly body?: Uint8Array;
}

/** @throws Error when the bytes are no Sparkplug B payload */
export function readSparkplug(bytes: Uint8Array): SparkplugPayload {
  checkStructuredSize(bytes);
  try {
    const message = payloadType.decode(bytes);
    return payloadType.toObject(message, { arrays: true }) as SparkplugPayload;
  } catch (error) {
    throw new Error(`These bytes are no Sparkplug B payload (${messageOf(error)})`, {
      cause: error,
    });
  }
}

/** @param payload fields by the names of the specification, 64-bit numbers as `Long` */
export function writeSparkplug(payload: object): Uint8Array {
  return payloadType.encode(payload).finish();
}

/** What a birth says of the metrics it announces: their names and types by alias, their types by name. */
export class Births {
  private readonly byAlias = new Map<string, { name: string; datatype: number }>();
  private readonly byName = new Map<string, number>();

  add(payload: SparkplugPayload): void {
    for (const { name = '', alias, datatype = 0 } of payload.metrics) {
      if (name === '') continue;
      this.byName.set(name, datatype);
      if (alias) this.byAlias.set(String(alias), { name, datatype });
    }
  }

  of(metric: Metric): { readonly name: string | null; readonly datatype: number } {
    const known = metric.alias ? this.byAlias.get(String(metric.alias)) : undefined;
    const name = metric.name !== undefined && metric.name !== '' ? metric.name : known?.name;
    const told = metric.datatype === UNKNOWN ? undefined : metric.datatype;
    const datatype = told ?? known?.datatype ?? this.byName.get(name ?? '') ?? UNKNOWN;
    return { name: name ?? null, datatype };
  }
}

/** A payload as members, its metrics by their names. */
export function payloadMembers(payload: SparkplugPayload, births: Births): Members {
  const members = new Members();
  addTime(members, payload.timestamp);
  if (payload.seq) members.add('seq', exact(payload.seq));
  if (payload.uuid !== undefined) members.add('uuid', payload.uuid);
  members.add(
    'metrics',
    payload.metrics.map((metric) => metricMembers(metric, births)),
  );
  if (payload.body !== undefined) members.add('body', payload.body);
  return members;
}

function metricMembers(metric: Metric, births: Births): Members {
  const { name, datatype } = births.of(metric);
  const members = new Members();
  if (name !== null) members.add('name', name);
  if (metric.alias) members.add('alias', exact(metric.alias));
  members.add('value', valueOf(metric, datatype, births));
  members.add('datatype', DATA_TYPES[datatype] ?? datatype);
  addTime(members, metric.timestamp);
  if (metric.is_historical === true) members.add('is_historical', true);
  if (metric.is_transient === true) members.add('is_transient', true);
  if (metric.metadata) members.add('metadata', plain(metric.metadata));
  if (metric.properties) members.add('properties', propertyMembers(metric.properties, births));
  return members;
}

/** A metric's value, as `writeJson` takes it. */
export function metricValue(metric: Metric, births: Births): unknown {
  return valueOf(metric, births.of(metric).datatype, births);
}

function valueOf(value: Value, datatype: number, births: Births): unknown {
  if (value.is_null === true) return null;
  if (value.int_value !== undefined) return signed(value.int_value, datatype);
  if (value.long_value) return longValue(value.long_value, datatype);
  if (value.float_value !== undefined) return shortFloat32(value.float_value);
  if (value.dataset_value) return dataSetRows(value.dataset_value, births);
  if (value.template_value) return templateMembers(value.template_value, births);
  if (value.propertyset_value) return propertyMembers(value.propertyset_value, births);
  if (value.propertysets_value) {
    return value.propertysets_value.propertyset.map((set) => propertyMembers(set, births));
  }
  return (
    value.double_value ?? value.boolean_value ?? value.string_value ?? value.bytes_value ?? null
  );
}

/** Negative numbers travel as two's complement in an unsigned field (Sparkplug 3.0.0 §6.4.18). */
function signed(value: number, datatype: number): number {
  const bits = [0, 8, 16, 32][datatype] ?? 0;
  if (bits === 0) return value;
  return bits === 32 ? value | 0 : (value << (32 - bits)) >> (32 - bits);
}

const INT64 = 4;
const DATE_TIME = 13;

function longValue(value: Long, datatype: number): unknown {
  if (datatype === DATE_TIME) return timeText(value) ?? exact(value);
  return exact(datatype === INT64 ? value.toSigned() : value);
}

function exact(value: Long): Exact {
  return new Exact(value.toString());
}

function addTime(members: Members, timestamp: Long | undefined): void {
  if (!timestamp) return;
  members.add('timestamp', timeText(timestamp) ?? exact(timestamp));
}

/** Milliseconds since 1970 as a person reads them. */
function timeText(timestamp: Long): string | null {
  const date = new Date(Number(timestamp.toString()));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function propertyMembers(set: PropertySet, births: Births): Members {
  const members = new Members();
  for (const [index, key] of set.keys.entries()) {
    const value = set.values[index];
    members.add(key, value ? valueOf(value, value.type ?? 0, births) : null);
  }
  return members;
}

function dataSetRows(set: DataSet, births: Births): readonly Members[] {
  return set.rows.map(({ elements }) => {
    const members = new Members();
    for (const [index, element] of elements.entries()) {
      const name = set.columns[index] ?? String(index);
      members.add(name, valueOf(element, set.types[index] ?? 0, births));
    }
    return members;
  });
}

function templateMembers(template: Template, births: Births): Members {
  const members = new Members();
  const { version, template_ref: reference, is_definition: isDefinition } = template;
  if (reference !== undefined) members.add('template_ref', reference);
  if (version !== undefined) members.add('version', version);
  if (isDefinition === true) members.add('is_definition', true);
  for (const { name = '', type = 0, ...value } of template.parameters) {
    members.add(name, valueOf(value, type, births));
  }
  members.add(
    'metrics',
    template.metrics.map((metric) => metricMembers(metric, births)),
  );
  return members;
}

function plain(values: Readonly<Record<string, unknown>>): Members {
  const members = new Members();
  for (const [name, value] of Object.entries(values)) {
    members.add(name, Long.isLong(value) ? exact(value) : value);
  }
  return members;
}
