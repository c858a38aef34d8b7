import type avsc from 'avsc';
import { messageOf } from '../../../../app/errors';
import type { DecodingSchema } from '../../../../app/decoding/rules';
import { avroFingerprint, readAvroSchema } from '../avro-schema';
import { readAvro } from '../avro-reader';
import { jsonValue, type Decoder } from '../decoder';
import { writeJson } from '../json-writer';

/** Avro with a schema, bare or with the header of single-object encoding (Avro 1.11 §Single-object encoding). */
export const avro: Decoder = {
  id: 'avro',
  label: 'Avro',
  hint: 'with an .avsc file',
  unpacks: false,
  options: [{ name: 'schema', label: 'Schema', choices: [] }],
  contentTypes: [],
  decode: (bytes, options, context) => {
    const schema = context.schema(options.schema ?? '');
    if (schema?.kind !== 'avro') throw new Error('No schema is chosen: bring its .avsc file');
    const type = typeOf(schema);
    const isSingle = bytes[0] === 0xc3 && bytes[1] === 0x01 && bytes.length >= 10;
    const notes = isSingle ? fingerprintNotes(bytes, type, schema.name) : [];
    const value = decodeSaying(type, isSingle ? bytes.subarray(10) : bytes);
    return jsonValue(writeJson(value, context.maxBytes), notes);
  },
};

const understood = new WeakMap<DecodingSchema, avsc.Type>();

function typeOf(schema: DecodingSchema): avsc.Type {
  let type = understood.get(schema);
  if (!type) {
    type = readAvroSchema(schema);
    understood.set(schema, type);
  }
  return type;
}

function fingerprintNotes(bytes: Uint8Array, type: avsc.Type, name: string): string[] {
  const written = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(2, true);
  if (written === avroFingerprint(type)) return [];
  return [
    `It was written with another schema than “${name}” (fingerprint ${written.toString(16).padStart(16, '0')}): the values may be wrong.`,
  ];
}

function decodeSaying(type: avsc.Type, bytes: Uint8Array): unknown {
  try {
    return readAvro(type, bytes);
  } catch (error) {
    throw new Error(`These bytes do not fit the schema (${messageOf(error)})`, { cause: error });
  }
}
