import protobuf from 'protobufjs';
import type { DecoderOptions } from '../../../app/decoding/decoded';
import type { DecodingSchema } from '../../../app/decoding/rules';
import { missingSchema } from './missing-schema';
import { messageTypes, readProtobufSchema, type ProtobufSchema } from './protobuf-schema';

const understood = new WeakMap<DecodingSchema, ProtobufSchema>();

/** The message type that options name. @throws Error that says what is missing */
export function protobufTypeFor(
  options: DecoderOptions,
  context: { readonly schema: (id: string) => DecodingSchema | undefined },
): protobuf.Type {
  const schema = context.schema(options.schema ?? '');
  if (schema?.kind !== 'protobuf') throw missingSchema(options, 'its .proto files');
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
