import { Buffer } from 'node:buffer';
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export const SCRAM_SHA_256 = 'SCRAM-SHA-256';

/** A server that asks for more than this keeps the processor busy; one that asks for less makes the password easy to find. */
const MOST_ITERATIONS = 10_000_000;
const LEAST_ITERATIONS = 4_096;
const HASH_BYTES = 32;
/** No channel binding: `n,,` (RFC 5802 §7). */
const GS2_HEADER = 'n,,';
const derive = promisify(pbkdf2);

/**
 * The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), as MQTT 5's enhanced authentication carries it (§4.12): the password
 * is not sent, and the server proves that it knows it, too. Throws words for what a server did wrong.
 */
export class ScramClient {
  readonly #password: string;
  readonly #nonce: string;
  readonly #firstBare: string;
  #serverSignature: Buffer | null = null;
  #isProven = false;

  constructor(username: string, password: string, nonce = randomBytes(18).toString('base64')) {
    this.#password = password.normalize('NFKC');
    this.#nonce = nonce;
    const name = username.normalize('NFKC').replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#firstBare = `n=${name},r=${nonce}`;
  }

  /** The authentication data of the CONNECT. */
  first(): Buffer {
    return Buffer.from(GS2_HEADER + this.#firstBare);
  }

  /** Answers the server's challenge: `r=nonce,s=salt,i=iterations`. */
  async answer(challenge: Uint8Array): Promise<Buffer> {
    if (this.#serverSignature !== null) throw new Error('the server sent a second challenge');
    const serverFirst = Buffer.from(challenge).toString('utf8');
    const { nonce, salt, iterations } = this.#read(serverFirst);
    const salted = await derive(this.#password, salt, iterations, HASH_BYTES, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const withoutProof = `c=${Buffer.from(GS2_HEADER).toString('base64')},r=${nonce}`;
    const message = `${this.#firstBare},${serverFirst},${withoutProof}`;
    const signature = hmac(createHash('sha256').update(clientKey).digest(), message);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), message);
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`);
  }

  /** Checks the server's proof: the authentication data of the CONNACK, or of an AUTH with reason 0. */
  verify(final: Uint8Array | undefined): void {
    if (this.#isProven) return;
    const text = Buffer.from(final ?? []).toString('utf8');
    const proof = Buffer.from(/^v=([A-Za-z0-9+/=]+)/u.exec(text)?.[1] ?? '', 'base64');
    const expected = this.#serverSignature;
    if (expected === null || proof.length !== expected.length || !timingSafeEqual(proof, expected))
      throw new Error('the server did not prove that it knows the password');
    this.#isProven = true;
  }

  #read(serverFirst: string): { nonce: string; salt: Buffer; iterations: number } {
    const match =
      /^r=([\u0021-\u002B\u002D-\u007E]+),s=([A-Za-z0-9+/]+=*),i=(\d{1,9})(?:,|$)/u.exec(
        serverFirst,
      );
    const [, nonce = '', salt = '', count = ''] = match ?? [];
    if (!match) throw new Error('the challenge of the server cannot be read');
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length)
      throw new Error('the challenge of the server is not for this client');
    const iterations = Number(count);
    if (iterations < LEAST_ITERATIONS || iterations > MOST_ITERATIONS)
      throw new Error(`the server asks for ${count} iterations`);
    return { nonce, salt: Buffer.from(salt, 'base64'), iterations };
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
