import type { AvroShape } from './avro-shape';
import { MOST_VALUES, tooManyValues } from './decoder';
import { Members, shortFloat32 } from './json-writer';

/** How deep types may lie within each other: recursive ones end somewhere. */
const MOST_DEPTH = 500;

/**
 * One value in Avro's binary encoding (Avro 1.11 §Binary encoding). The bytes are read here, since the library believes any
 * count of items before it looks for them.
 * @throws Error that says where the bytes do not fit
 */
export function readAvro(shape: AvroShape, bytes: Uint8Array): unknown {
  const reader = new AvroReader(bytes);
  const value = reader.read(shape, 0);
  reader.end();
  return value;
}

/** Reads values one behind the other. */
export class AvroReader {
  private at = 0;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    /** Values that were read before, elsewhere: they count, too. */
    private count = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  end(): void {
    const left = this.bytes.length - this.at;
    if (left > 0) throw new Error(`${String(left)} bytes follow behind the value`);
  }

  get values(): number {
    return this.count;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  read(shape: AvroShape, depth: number): unknown {
    this.count += 1;
    if (this.count > MOST_VALUES) throw tooManyValues();
    if (depth > MOST_DEPTH) throw new Error('values lie too deep within each other');
    switch (shape.kind) {
      case 'record':
        return this.record(shape, depth);
      case 'array':
        return this.array(shape.items, depth);
      case 'map':
        return this.map(shape.values, depth);
      case 'union':
        return this.read(this.pick(shape.branches, 'branch'), depth + 1);
      case 'enum':
        return this.pick(shape.symbols, 'symbol');
      case 'fixed':
        return this.slice(shape.sizeBytes);
      case 'primitive':
        return this.primitive(shape.name);
    }
  }

  private primitive(name: string): unknown {
    switch (name) {
      case 'null':
        return null;
      case 'boolean':
        return this.view.getUint8(this.take(1)) !== 0;
      case 'int':
      case 'long':
        return this.long();
      case 'float':
        return shortFloat32(this.view.getFloat32(this.take(4), true));
      case 'double':
        return this.view.getFloat64(this.take(8), true);
      case 'bytes':
        return this.slice(Number(this.long()));
      case 'string':
        return this.string();
      default:
        throw new Error(`the type “${name}” is not known`);
    }
  }

  private record(shape: AvroShape & { kind: 'record' }, depth: number): Members {
    const members = new Members();
    for (const { name, shape: field } of shape.fields)
      members.add(name, this.read(field, depth + 1));
    return members;
  }

  private array(shape: AvroShape, depth: number): unknown[] {
    const items: unknown[] = [];
    this.blocks(() => items.push(this.read(shape, depth + 1)));
    return items;
  }

  private map(shape: AvroShape, depth: number): Members {
    const members = new Members();
    this.blocks(() => {
      const name = this.string();
      members.add(name, this.read(shape, depth + 1));
    });
    return members;
  }

  /** Blocks with a count each, negative where their size follows, until one of none. */
  blocks(item: () => void): void {
    for (;;) {
      let count = this.long();
      if (count === 0n) return;
      if (count < 0n) {
        count = -count;
        this.long();
      }
      for (let index = 0n; index < count; index++) item();
    }
  }

  private pick<T>(choices: readonly T[], what: string): T {
    const index = this.long();
    const choice = index < 0n ? undefined : choices[Number(index)];
    if (choice === undefined) throw new Error(`there is no ${what} ${String(index)}`);
    return choice;
  }

  string(): string {
    return utf8.decode(this.slice(Number(this.long())));
  }

  /** Zigzag, seven bits a byte. */
  long(): bigint {
    let value = 0n;
    for (let index = 0n; index < 10n; index++) {
      const byte = BigInt(this.view.getUint8(this.take(1)));
      value |= (byte & 0x7fn) << (7n * index);
      if (byte < 0x80n) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new Error(`a number at offset ${String(this.at)} is longer than ten bytes`);
  }

  slice(length: number): Uint8Array {
    const start = this.take(length);
    return this.bytes.subarray(start, this.at);
  }

  private take(length: number): number {
    const start = this.at;
    if (length < 0 || length > this.bytes.length - start) {
      throw new Error(`the data ends too early, at offset ${String(this.bytes.length)}`);
    }
    this.at += length;
    return start;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
