import type { Decoder } from '../decoder';

/** Leaves out a header: five bytes stand before each message of a schema registry, for example. */
export const skip: Decoder = {
  id: 'skip',
  label: 'Skip bytes',
  hint: 'leave out a header',
  unpacks: true,
  options: [{ name: 'skip', label: 'Bytes', choices: [] }],
  contentTypes: [],
  decode: (bytes, options) => {
    const count = Number(options.skip ?? '5');
    if (!Number.isInteger(count) || count < 0)
      throw new Error('How many bytes to skip is no number');
    if (count > bytes.length) {
      throw new Error(`There are only ${String(bytes.length)} bytes, not ${String(count)} to skip`);
    }
    return { bytes: bytes.subarray(count) };
  },
};
