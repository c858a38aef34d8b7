import type avsc from 'avsc';
import { messageOf } from '../../../../app/errors';
import { avroFingerprint, avroTypeFor } from '../avro-schema';
import { readAvro } from '../avro-reader';
import { shapeOfType } from '../avro-shape';
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
    const { type, name } = avroTypeFor(options, context);
    const isSingle = bytes[0] === 0xc3 && bytes[1] === 0x01 && bytes.length >= 10;
    const notes = isSingle ? fingerprintNotes(bytes, type, name) : [];
    const value = decodeSaying(type, isSingle ? bytes.subarray(10) : bytes);
    return jsonValue(writeJson(value, context.maxBytes), notes);
  },
};

function fingerprintNotes(bytes: Uint8Array, type: avsc.Type, name: string): string[] {
  const written = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(2, true);
  if (written === avroFingerprint(type)) return [];
  return [
    `It was written with another schema than “${name}” (fingerprint ${written.toString(16).padStart(16, '0')}): the values may be wrong.`,
  ];
}

function decodeSaying(type: avsc.Type, bytes: Uint8Array): unknown {
  try {
    return readAvro(shapeOfType(type), bytes);
  } catch (error) {
    throw new Error(`These bytes do not fit the schema (${messageOf(error)})`, { cause: error });
  }
}
