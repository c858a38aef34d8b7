import type protobuf from 'protobufjs';
import { messageOf } from '../../../../app/errors';
import type { TextEncoding } from '../encoder';
import { protobufTypeFor } from '../protobuf-type';
import { protobufFields } from '../protobuf-source';
import { readSource, SourceWalk } from '../json-source';

/** Protobuf of JSON, by a schema that a person brought. */
export const protobufMessage: TextEncoding = {
  id: 'protobuf',
  label: 'Protobuf',
  hint: 'from JSON, with a schema',
  packs: false,
  syntax: 'json',
  options: [
    { name: 'schema', label: 'Schema', choices: [] },
    { name: 'messageType', label: 'Message type', choices: [] },
  ],
  encode: (source, options, context) => {
    const type = protobufTypeFor(options, context);
    const fields = protobufFields(new SourceWalk(), type, readSource(source));
    return { bytes: written(type, fields) };
  },
};

function written(type: protobuf.Type, fields: object): Uint8Array {
  try {
    return type.encode(fields).finish();
  } catch (error) {
    throw new Error(`It cannot be written as ${type.fullName.slice(1)} (${messageOf(error)})`, {
      cause: error,
    });
  }
}
