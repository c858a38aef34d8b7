import { rawFields } from '../raw-fields';
import type { Decoder } from '../decoder';

/** The fields of a Protobuf message whose schema is not known. Almost any bytes could be one: only where somebody says so. */
export const protobufFields: Decoder = {
  id: 'protobuf-fields',
  label: 'Protobuf fields',
  hint: 'without a schema',
  unpacks: false,
  options: [],
  contentTypes: [
    'application/protobuf',
    'application/x-protobuf',
    'application/vnd.google.protobuf',
  ],
  decode: (bytes) => ({ value: { kind: 'fields', fields: rawFields(bytes), bytes } }),
};
