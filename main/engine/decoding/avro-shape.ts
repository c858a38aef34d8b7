import avsc from 'avsc';
import type { JsonValue } from '../../../app/payload/json';
import { memberOf } from '../../../app/chart/candidates';

/** What a schema says of the bytes; no code is made of it. Recursive types refer to themselves. */
export type AvroShape =
  | { readonly kind: 'record'; readonly fields: readonly AvroField[] }
  | { readonly kind: 'array'; readonly items: AvroShape }
  | { readonly kind: 'map'; readonly values: AvroShape }
  | { readonly kind: 'union'; readonly branches: readonly AvroShape[] }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'fixed'; readonly sizeBytes: number }
  | { readonly kind: 'primitive'; readonly name: string };

export interface AvroField {
  readonly name: string;
  readonly shape: AvroShape;
}

type RecordShape = AvroShape & { readonly kind: 'record'; readonly fields: AvroField[] };

const known = new WeakMap<avsc.Type, AvroShape>();

/** The shape of a type that the library understood. */
export function shapeOfType(type: avsc.Type): AvroShape {
  const before = known.get(type);
  if (before) return before;
  if (type instanceof avsc.types.RecordType) {
    const shape: RecordShape = { kind: 'record', fields: [] };
    known.set(type, shape);
    for (const field of type.fields)
      shape.fields.push({ name: field.name, shape: shapeOfType(field.type) });
    return shape;
  }
  const shape = otherShape(type);
  known.set(type, shape);
  return shape;
}

function otherShape(type: avsc.Type): AvroShape {
  if (type instanceof avsc.types.ArrayType)
    return { kind: 'array', items: shapeOfType(type.itemsType) };
  if (type instanceof avsc.types.MapType)
    return { kind: 'map', values: shapeOfType(type.valuesType as avsc.Type) };
  if (isUnion(type)) return { kind: 'union', branches: type.types.map(shapeOfType) };
  if (type instanceof avsc.types.EnumType) return { kind: 'enum', symbols: type.symbols };
  if (type instanceof avsc.types.FixedType) return { kind: 'fixed', sizeBytes: type.size };
  if (type instanceof avsc.types.LogicalType) return shapeOfType(type.underlyingType);
  return { kind: 'primitive', name: type.typeName };
}

function isUnion(type: avsc.Type): type is avsc.Type & { readonly types: readonly avsc.Type[] } {
  return type.typeName.startsWith('union:');
}

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'];
/** A schema that nests deeper is an attack. */
const MOST_DEPTH = 200;

/**
 * The shape of a schema that came with a message: read here, since the library makes code of schemas.
 * @throws Error that says what of it can't be understood
 */
export function shapeOfSchema(schema: JsonValue): AvroShape {
  return new SchemaReader().read(schema, '', 0);
}

class SchemaReader {
  readonly #named = new Map<string, AvroShape>();

  read(schema: JsonValue | undefined, namespace: string, depth: number): AvroShape {
    if (depth > MOST_DEPTH) throw new Error('its types lie too deep within each other');
    if (schema?.kind === 'string') return this.#byName(schema.value, namespace);
    if (schema?.kind === 'array') {
      const branches = schema.values.map((one) => this.read(one, namespace, depth + 1));
      return { kind: 'union', branches };
    }
    if (schema?.kind !== 'object') throw new Error('a type is missing');
    const type = memberOf(schema, 'type');
    if (type?.kind !== 'string') return this.read(type, namespace, depth + 1);
    switch (type.value) {
      case 'record':
      case 'error':
        return this.#record(schema, namespace, depth);
      case 'array':
        return {
          kind: 'array',
          items: this.read(memberOf(schema, 'items'), namespace, depth + 1),
        };
      case 'map':
        return { kind: 'map', values: this.read(memberOf(schema, 'values'), namespace, depth + 1) };
      case 'enum':
        return this.#name(schema, namespace, { kind: 'enum', symbols: symbolsOf(schema) });
      case 'fixed':
        return this.#name(schema, namespace, { kind: 'fixed', sizeBytes: sizeOf(schema) });
      default:
        return this.#byName(type.value, namespace);
    }
  }

  #record(schema: JsonValue, namespace: string, depth: number): AvroShape {
    const shape: RecordShape = { kind: 'record', fields: [] };
    this.#name(schema, namespace, shape);
    const inner = namespaceOf(schema, namespace);
    const fields = memberOf(schema, 'fields');
    if (fields?.kind !== 'array') throw new Error('a record has no fields');
    for (const field of fields.values) {
      const fieldShape = this.read(memberOf(field, 'type'), inner, depth + 1);
      shape.fields.push({ name: textOf(field, 'name'), shape: fieldShape });
    }
    return shape;
  }

  /** Remembers a type by its full name (Avro 1.11 §Names). */
  #name(schema: JsonValue, namespace: string, shape: AvroShape): AvroShape {
    const name = textOf(schema, 'name');
    this.#named.set(fullName(name, namespaceOf(schema, namespace)), shape);
    return shape;
  }

  #byName(name: string, namespace: string): AvroShape {
    if (PRIMITIVES.includes(name)) return { kind: 'primitive', name };
    const shape = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (!shape) throw new Error(`the type “${name}” is not known`);
    return shape;
  }
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function namespaceOf(schema: JsonValue, around: string): string {
  const name = memberOf(schema, 'name');
  if (name?.kind === 'string' && name.value.includes('.'))
    return name.value.slice(0, name.value.lastIndexOf('.'));
  const own = memberOf(schema, 'namespace');
  return own?.kind === 'string' ? own.value : around;
}

function textOf(schema: JsonValue, member: string): string {
  const value = memberOf(schema, member);
  if (value?.kind !== 'string') throw new Error(`a type or field has no ${member}`);
  return value.value;
}

function symbolsOf(schema: JsonValue): readonly string[] {
  const symbols = memberOf(schema, 'symbols');
  if (symbols?.kind !== 'array') throw new Error('an enum has no symbols');
  return symbols.values.map((one) => (one.kind === 'string' ? one.value : ''));
}

function sizeOf(schema: JsonValue): number {
  const size = memberOf(schema, 'size');
  const sizeBytes = size?.kind === 'number' ? Number(size.source) : NaN;
  if (!Number.isInteger(sizeBytes) || sizeBytes < 0) throw new Error('a fixed has no size');
  return sizeBytes;
}
