import type { Decoder } from '../decoder';

/** The bytes as they came, whatever they may look like. */
export const bytes: Decoder = {
  id: 'bytes',
  label: 'Bytes',
  hint: 'as they came',
  unpacks: false,
  options: [],
  // application/octet-stream says nothing, so that the content decides.
  contentTypes: [],
  decode: (payload) => ({ value: { kind: 'bytes', bytes: payload } }),
};
