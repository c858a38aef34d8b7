import avsc from 'avsc';
import { messageOf } from '../../../app/errors';
import type { DecoderOptions } from '../../../app/decoding/decoded';
import type { DecodingSchema } from '../../../app/decoding/rules';
import { decodeUtf8 } from '../../../app/payload/utf8';
import { missingSchema } from './missing-schema';

/**
 * The type of the last file; those before it define names that it uses.
 * @throws Error that says which file can't be understood and why
 */
export function readAvroSchema(schema: DecodingSchema): avsc.Type {
  const registry: Record<string, avsc.Type> = Object.create(null) as Record<string, avsc.Type>;
  let type: avsc.Type | undefined;
  for (const { name, bytes } of schema.files) {
    try {
      const parsed: unknown = JSON.parse(decodeUtf8(bytes) ?? '');
      type = avsc.Type.forSchema(parsed as avsc.Schema, { registry, wrapUnions: false });
    } catch (error) {
      throw new Error(`${name} can't be understood: ${messageOf(error)}.`, { cause: error });
    }
  }
  if (!type) throw new Error('The schema has no files.');
  return type;
}

const understood = new WeakMap<DecodingSchema, avsc.Type>();

/** The type that options name. @throws Error that says what is missing */
export function avroTypeFor(
  options: DecoderOptions,
  context: { readonly schema: (id: string) => DecodingSchema | undefined },
): { readonly type: avsc.Type; readonly name: string } {
  const schema = context.schema(options.schema ?? '');
  if (schema?.kind !== 'avro') throw missingSchema(options, 'its .avsc file');
  let type = understood.get(schema);
  if (!type) {
    type = readAvroSchema(schema);
    understood.set(schema, type);
  }
  return { type, name: schema.name };
}

const EMPTY = 0xc15d_213a_a4d7_a795n;
const table = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (EMPTY & -(value & 1n));
  return value;
});

/** CRC-64-AVRO of the schema's canonical form, as single-object encoding names it. */
export function avroFingerprint(type: avsc.Type): bigint {
  let value = EMPTY;
  for (const byte of Buffer.from(JSON.stringify(type.schema()))) {
    value = (value >> 8n) ^ (table[Number((value ^ BigInt(byte)) & 0xffn)] ?? 0n);
  }
  return value;
}
