import { constants, crc32 as zlibCrc32, deflateRaw, inflateRaw } from 'node:zlib';
import { promisify } from 'node:util';
import { crc32 as ownCrc32 } from '../../../app/recording/crc32';
import type { Checksum } from '../../../app/recording/chunk';

const deflating = promisify<Uint8Array, object, Buffer>(deflateRaw);
const inflating = promisify<Uint8Array, object, Buffer>(inflateRaw);

/** zlib has it since Node 20.15; the types say it is always there. */
export const checksum: Checksum =
  (zlibCrc32 as typeof zlibCrc32 | undefined) === undefined
    ? ownCrc32
    : (bytes) => zlibCrc32(bytes);

/** Raw DEFLATE, in zlib's own threads. */
export function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  return deflating(bytes, { level: constants.Z_DEFAULT_COMPRESSION });
}

/** @param rawBytes what it must be unpacked: no more than that is ever allocated. Null when it is not that */
export async function inflated(bytes: Uint8Array, rawBytes: number): Promise<Uint8Array | null> {
  try {
    const raw = await inflating(bytes, { maxOutputLength: Math.max(1, rawBytes) });
    return raw.length === rawBytes ? raw : null;
  } catch {
    // The checksum was right, so somebody wrote it so: it is told as damage all the same.
    return null;
  }
}
