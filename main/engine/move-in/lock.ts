/** Opens and closes files of our own under a passphrase. */
import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  scrypt,
  type BinaryLike,
  type ScryptOptions,
} from 'node:crypto';
import { promisify } from 'node:util';
import { OWN_FORMAT, OWN_VERSION, type Lock } from '../../../app/move-in/own-file';

const derive = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt);

/** 128 MB of memory for each try (RFC 7914 §2: 128 × cost × block size bytes). */
const COST = 131_072;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Bound to the content, so that it opens as nothing else (NIST SP 800-38D §7). */
const ADDITIONAL = Buffer.from(`${OWN_FORMAT}/${String(OWN_VERSION)}`);

export async function close(
  plain: string,
  passphrase: string,
): Promise<{ readonly lock: Lock; readonly data: string }> {
  const salt = randomBytes(16);
  const iv = randomBytes(IV_BYTES);
  const parameters = { kdf: 'scrypt', cost: COST, blockSize: 8, parallelization: 1 } as const;
  const key = await keyOf(passphrase, salt, COST);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(ADDITIONAL);
  const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]).toString('base64');
  const tag = cipher.getAuthTag().toString('base64');
  return {
    lock: {
      ...{ ...parameters, salt: salt.toString('base64'), cipher: 'aes-256-gcm' },
      ...{ iv: iv.toString('base64'), tag },
    },
    data,
  };
}

/** The content; null when the passphrase does not open it, or it was changed: the two cannot be told apart. */
export async function open(lock: Lock, data: string, passphrase: string): Promise<string | null> {
  const iv = Buffer.from(lock.iv, 'base64');
  const tag = Buffer.from(lock.tag, 'base64');
  // A shorter tag would be easier to guess, and Node takes one.
  if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) return null;
  const key = await keyOf(passphrase, Buffer.from(lock.salt, 'base64'), lock.cost);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(ADDITIONAL);
  decipher.setAuthTag(tag);
  try {
    const plain = Buffer.concat([decipher.update(data, 'base64'), decipher.final()]);
    return plain.toString('utf8');
  } catch {
    return null;
  }
}

/** The passphrase as NFKC, so that an accent typed in another way opens it too. */
function keyOf(passphrase: string, salt: Buffer, cost: number): Promise<Buffer> {
  const blockSize = 8;
  return derive(passphrase.normalize('NFKC'), salt, KEY_BYTES, {
    ...{ N: cost, r: blockSize, p: 1 },
    // What it needs, and some more.
    maxmem: 128 * cost * blockSize + 32 * 1024 * 1024,
  });
}
