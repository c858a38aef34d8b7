import protobuf from 'protobufjs';
import { messageOf } from '../../../../app/errors';
import type { DecoderOptions } from '../../../../app/decoding/decoded';
import type { DecodingSchema } from '../../../../app/decoding/rules';
import { checkStructuredSize, jsonValue, type DecodeContext, type Decoder } from '../decoder';
import { writeJson } from '../json-writer';
import { protobufMembers, unknownFields } from '../protobuf-json';
import { messageTypes, readProtobufSchema, type ProtobufSchema } from '../protobuf-schema';

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
    const type = typeFor(options, context);
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

const understood = new WeakMap<DecodingSchema, ProtobufSchema>();

function typeFor(options: DecoderOptions, context: DecodeContext): protobuf.Type {
  const schema = context.schema(options.schema ?? '');
  if (schema?.kind !== 'protobuf') throw new Error('No schema is chosen: bring its .proto files');
  let root = understood.get(schema);
  if (!root) {
    root = readProtobufSchema(schema);
    understood.set(schema, root);
  }
  const wanted = options.messageType ?? '';
  const name = wanted === '' ? onlyType(root) : wanted;
  const found = root.lookup(name, [protobuf.Type]);
  if (found instanceof protobuf.Type) return found;
  throw new Error(`The schema “${schema.name}” has no message type “${name}”`);
}

function onlyType(root: ProtobufSchema): string {
  const [first, ...others] = messageTypes(root);
  if (first !== undefined && others.length === 0) return first;
  throw new Error('No message type is chosen');
}
