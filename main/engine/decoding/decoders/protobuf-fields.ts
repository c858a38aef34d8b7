import { rawFields } from '../raw-fields';
import type { Decoder } from '../decoder';

/** The fields of a Protobuf message whose schema is not known. Almost any bytes could be one: only by choice. */
export const protobufFields: Decoder = {
  id: 'protobuf-fields',
  label: 'Protobuf fields',
  hint: 'without a schema',
  unpacks: false,
  options: [],
  contentTypes: [],
  decode: (bytes) => ({ value: { kind: 'fields', fields: rawFields(bytes), bytes } }),
};
