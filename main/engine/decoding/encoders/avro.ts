import { avroTypeFor } from '../avro-schema';
import { AvroWriter } from '../avro-writer';
import type { TextEncoding } from '../encoder';
import { readSource } from '../json-source';

/** Avro of JSON in its binary encoding, bare (Avro 1.11 §Binary encoding). */
export const avro: TextEncoding = {
  id: 'avro',
  label: 'Avro',
  hint: 'from JSON, with a schema',
  packs: false,
  syntax: 'json',
  options: [{ name: 'schema', label: 'Schema', choices: [] }],
  encode: (source, options, context) => {
    const { type } = avroTypeFor(options, context);
    const writer = new AvroWriter(context.maxBytes);
    writer.write(type, readSource(source));
    return { bytes: writer.done() };
  },
};
