import { messageOf } from '../../../../app/errors';
import { tooLarge } from '../json-writer';

/** Runs one of zlib's functions under the limit of what may come out, and puts its failures into words. */
export function unpacked(maxBytes: number, unpack: (maxBytes: number) => Uint8Array): Uint8Array {
  try {
    return unpack(maxBytes);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes, error);
    if (code === 'Z_BUF_ERROR')
      throw new Error('The compressed data ends too early', { cause: error });
    throw new Error(`The compressed data is damaged (${messageOf(error)})`, { cause: error });
  }
}
