import protobuf from 'protobufjs';
import { messageOf } from '../../../../app/errors';
import { checkStructuredSize, jsonValue, type Decoder } from '../decoder';
import { writeJson } from '../json-writer';
import { protobufMembers, unknownFields } from '../protobuf-json';
import { protobufTypeFor } from '../protobuf-type';

/** Protobuf with a schema that a person brought. */
export const protobufMessage: Decoder = {
  id: 'protobuf',
  label: 'Protobuf',
  hint: 'with a .proto file or descriptor set',
  unpacks: false,
  options: [
    { name: 'schema', label: 'Schema', choices: [] },
    { name: 'messageType', label: 'Message type', choices: [] },
  ],
  contentTypes: [],
  decode: (bytes, options, context) => {
    const type = protobufTypeFor(options, context);
    const message = decodeSaying(type, bytes);
    const unknown = unknownFields(message, type);
    const notes =
      unknown.length === 0
        ? []
        : [`The schema does not know these fields (message, number): ${unknown.join(', ')}.`];
    return jsonValue(writeJson(protobufMembers(message, type), context.maxBytes), notes);
  },
};

function decodeSaying(type: protobuf.Type, bytes: Uint8Array): protobuf.Message {
  checkStructuredSize(bytes);
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  try {
    return type.decode(reader);
  } catch (error) {
    throw new Error(`These bytes are no ${type.fullName.slice(1)} (${messageOf(error)})`, {
      cause: error,
    });
  }
}
