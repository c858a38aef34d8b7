import { Buffer } from 'node:buffer';
import avsc from 'avsc';
import type { JsonContainer, JsonValue } from '../../../app/payload/json';
import { ByteWriter } from './byte-writer';
import {
  booleanOf,
  bytesOf,
  bytesOfLiteral,
  floatOf,
  kindWords,
  listOf,
  objectOf,
  SourceWalk,
  textOf,
  wellFormed,
  wholeNumber,
  wholeOf,
} from './json-source';

type Union = avsc.Type & { readonly types: readonly avsc.Type[] };

/**
 * One value in Avro's binary encoding, of JSON as the decoder writes it: bytes as `0x0aff`, the value of a union bare.
 * Where a field is missing its default is written.
 */
export class AvroWriter {
  readonly #out: ByteWriter;
  readonly #walk = new SourceWalk();

  constructor(maxBytes: number) {
    this.#out = new ByteWriter(maxBytes);
  }

  done(): Uint8Array {
    return this.#out.done();
  }

  write(type: avsc.Type, value: JsonValue): void {
    if (type instanceof avsc.types.RecordType) this.#record(type, objectOf(this.#walk, value));
    else if (type instanceof avsc.types.ArrayType) this.#array(type, listOf(this.#walk, value));
    else if (type instanceof avsc.types.MapType) this.#map(type, objectOf(this.#walk, value));
    else if (isUnion(type)) this.#union(type, value);
    else if (type instanceof avsc.types.EnumType) this.#enum(type, textOf(this.#walk, value));
    else if (type instanceof avsc.types.FixedType) this.#fixed(type, bytesOf(this.#walk, value));
    else if (type instanceof avsc.types.LogicalType) this.write(type.underlyingType, value);
    else this.#primitive(type.typeName, value);
  }

  #primitive(name: string, value: JsonValue): void {
    const walk = this.#walk;
    switch (name) {
      case 'null':
        if (value.kind !== 'null') throw walk.wrong(`null belongs here, not ${kindWords(value)}`);
        return;
      case 'boolean':
        this.#out.byte(booleanOf(walk, value) ? 1 : 0);
        return;
      case 'int':
        this.#long(wholeOf(walk, value, -(2n ** 31n), 2n ** 31n - 1n));
        return;
      case 'long':
        this.#long(wholeOf(walk, value, -(2n ** 63n), 2n ** 63n - 1n));
        return;
      case 'float':
        this.#out.float32(floatOf(walk, value), true);
        return;
      case 'double':
        this.#out.float64(floatOf(walk, value), true);
        return;
      case 'bytes':
        this.#sized(bytesOf(walk, value));
        return;
      case 'string':
        this.#sized(Buffer.from(textOf(walk, value)));
        return;
      default:
        throw walk.wrong(`The type “${name}” is not known`);
    }
  }

  #record(type: avsc.types.RecordType, object: JsonContainer): void {
    const values = new Map<string, JsonValue>();
    this.#walk.members(object, (name, value) => {
      if (!type.fields.some((field) => field.name === name)) {
        throw this.#walk.wrong(
          `The record has no field “${name}”; it has ${type.fields.map((field) => field.name).join(', ')}`,
        );
      }
      values.set(name, value);
    });
    for (const field of type.fields) {
      const value = values.get(field.name);
      if (value === undefined) this.#default(field);
      else {
        this.#walk.within(field.name, () => {
          this.write(field.type, value);
        });
      }
    }
  }

  #default(field: avsc.types.RecordType['fields'][number]): void {
    const value: unknown = field.defaultValue();
    if (value === undefined) throw this.#walk.wrong(`The field “${field.name}” is missing`);
    this.#out.bytes(field.type.toBuffer(value));
  }

  #array(type: avsc.types.ArrayType, list: JsonContainer): void {
    if (list.values.length > 0) this.#long(BigInt(list.values.length));
    this.#walk.items(list, (item) => {
      this.write(type.itemsType, item);
    });
    this.#long(0n);
  }

  #map(type: avsc.types.MapType, object: JsonContainer): void {
    if (object.values.length > 0) this.#long(BigInt(object.values.length));
    this.#walk.members(object, (name, value) => {
      this.#sized(Buffer.from(wellFormed(this.#walk, name)));
      this.write(type.valuesType as avsc.Type, value);
    });
    this.#long(0n);
  }

  #enum(type: avsc.types.EnumType, symbol: string): void {
    const index = type.symbols.indexOf(symbol);
    if (index < 0) {
      throw this.#walk.wrong(
        `There is no symbol “${symbol}”; there are ${type.symbols.join(', ')}`,
      );
    }
    this.#long(BigInt(index));
  }

  #fixed(type: avsc.types.FixedType, bytes: Uint8Array): void {
    if (bytes.length !== type.size) {
      throw this.#walk.wrong(`${String(type.size)} bytes belong here, not ${String(bytes.length)}`);
    }
    this.#out.bytes(bytes);
  }

  /** The first branch that the value fits; bytes before texts, since that is how the decoder writes them. */
  #union(type: Union, value: JsonValue): void {
    const branches = type.types.map((branch, index) => ({ branch, index }));
    const fitting = branches.filter(({ branch }) => fits(branch, value));
    const [only, ...others] = fitting.sort((one, other) => rank(one.branch) - rank(other.branch));
    if (!only) {
      const names = type.types.map((branch) => branch.typeName);
      throw this.#walk.wrong(`One of ${names.join(', ')} belongs here, not ${kindWords(value)}`);
    }
    if (others.length === 0) this.#branch(only.index, only.branch, value);
    else this.#firstOf(fitting, value);
  }

  #firstOf(
    branches: readonly { readonly branch: avsc.Type; readonly index: number }[],
    value: JsonValue,
  ): void {
    const start = this.#out.length;
    let problem: unknown;
    for (const { branch, index } of branches) {
      try {
        this.#branch(index, branch, value);
        return;
      } catch (error) {
        problem = error;
        this.#out.cutTo(start);
      }
    }
    throw problem;
  }

  #branch(index: number, branch: avsc.Type, value: JsonValue): void {
    this.#long(BigInt(index));
    this.write(branch, value);
  }

  #sized(bytes: Uint8Array): void {
    this.#long(BigInt(bytes.length));
    this.#out.bytes(bytes);
  }

  /** Zigzag, seven bits a byte. */
  #long(value: bigint): void {
    let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (left >= 0x80n) {
      this.#out.byte(Number(left & 0x7fn) | 0x80);
      left >>= 7n;
    }
    this.#out.byte(Number(left));
  }
}

function isUnion(type: avsc.Type): type is Union {
  return type.typeName.startsWith('union:');
}

function rank(type: avsc.Type): number {
  return type.typeName === 'string' ? 1 : 0;
}

/** Whether a value can be of a type, as far as it can be told without looking into it. */
function fits(type: avsc.Type, value: JsonValue): boolean {
  if (type instanceof avsc.types.LogicalType) return fits(type.underlyingType, value);
  const { typeName } = type;
  switch (value.kind) {
    case 'null':
      return typeName === 'null';
    case 'boolean':
      return typeName === 'boolean';
    case 'array':
      return typeName === 'array';
    case 'object':
      return ['record', 'error', 'map'].includes(typeName);
    case 'number':
      if (wholeNumber(value) !== null && ['int', 'long'].includes(typeName)) return true;
      return ['float', 'double'].includes(typeName);
    case 'string':
      if (type instanceof avsc.types.EnumType) return type.symbols.includes(value.value);
      if (typeName === 'string') return true;
      return ['bytes', 'fixed'].includes(typeName) && bytesOfLiteral(value.value) !== null;
  }
}
