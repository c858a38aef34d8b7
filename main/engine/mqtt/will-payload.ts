import { Buffer } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import type { WillFileCheck } from '../../../app/contract-tls';
import { messageOf } from '../../../app/errors';
import { bytesFromBase64, bytesFromHex } from '../../../app/payload/from-text';
import { MAX_WILL_BYTES, type Will } from '../../../app/will';

/** The will's payload as bytes; null without a will. Rejects with words when its file cannot be read. */
export async function willPayloadOf(will: Will | null): Promise<Buffer | null> {
  if (will === null) return null;
  const { payload } = will;
  switch (payload.kind) {
    case 'text':
      return boundedWill(Buffer.from(payload.text));
    case 'base64':
      return boundedWill(Buffer.from(bytesFromBase64(payload.text) ?? []));
    case 'hex':
      return boundedWill(Buffer.from(bytesFromHex(payload.text) ?? []));
    case 'file':
      return willFile(payload.path);
  }
}

async function willFile(path: string): Promise<Buffer> {
  try {
    return await readBounded(path);
  } catch (error) {
    throw new Error(`its file ${path} ${fileProblem(error, 'is not there any more')}`, {
      cause: error,
    });
  }
}

/** Whether the payload could be read from a file, as it is typed into a form. */
export async function checkWillFile(path: string): Promise<WillFileCheck> {
  try {
    return { problem: null, sizeBytes: (await readBounded(path)).length };
  } catch (error) {
    return { problem: `It ${fileProblem(error, 'is not there')}.`, sizeBytes: null };
  }
}

async function readBounded(path: string): Promise<Buffer> {
  // Looked at first: the file may be anything, also one that never ends.
  const about = await stat(path);
  if (about.isDirectory()) throw new Error('is a folder');
  if (!about.isFile()) throw new Error('is not a file');
  if (about.size > MAX_WILL_BYTES) throw new Error(tooLarge(about.size));
  const payload = await readFile(path);
  if (payload.length > MAX_WILL_BYTES) throw new Error(tooLarge(payload.length));
  return payload;
}

const REASONS = new Map([
  ['ENOTDIR', 'is not there'],
  ['EACCES', 'cannot be read: you have no permission for it'],
  ['EPERM', 'cannot be read: you have no permission for it'],
  ['ELOOP', 'cannot be read: its links lead in a circle'],
]);

function fileProblem(error: unknown, missing: string): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return messageOf(error);
  if (code === 'ENOENT') return missing;
  return REASONS.get(code) ?? `cannot be read (${messageOf(error)})`;
}

function tooLarge(sizeBytes: number): string {
  const [size, most] = [sizeBytes, MAX_WILL_BYTES].map((bytes) => bytes.toLocaleString('en'));
  return `has ${size ?? ''} bytes, and a will may have at most ${most ?? ''}`;
}

function boundedWill(payload: Buffer): Buffer {
  if (payload.length > MAX_WILL_BYTES) throw new Error(`its payload ${tooLarge(payload.length)}`);
  return payload;
}
