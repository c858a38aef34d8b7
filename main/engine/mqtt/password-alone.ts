import { Buffer } from 'node:buffer';
import type { MqttVersion } from '../../../app/profile';
import { variableByteInteger } from './variable-byte-integer';

/** The first byte of a CONNECT (§3.1.1). */
const CONNECT = 0x10;
const USERNAME_FLAG = 0x80;
/** Two Byte Integer before every text (MQTT 5.0 §1.5.4). */
const LENGTH_BYTES = 2;
/** Level and flags stand behind the protocol's name. */
const FLAGS_BEHIND_NAME = 1;

interface SignIn {
  readonly version: MqttVersion;
  readonly username: string;
  readonly password: string | undefined;
}

/**
 * Whether a password goes without a username, which MQTT 5 allows (§3.1.2.9). Earlier versions do not
 * [MQTT-3.1.2-22]: there the username is an empty text.
 */
export function isPasswordAlone({ version, username, password = '' }: SignIn): boolean {
  return version === '5' && username === '' && password !== '';
}

/** What mqtt-packet is told as the username: it writes no password without one. Undefined: none is sent. */
export function writtenUsername({ username, password = '' }: SignIn): string | undefined {
  return username === '' && password === '' ? undefined : username;
}

/** A CONNECT with an empty username, as mqtt-packet writes it, without the username; its password is the last field. */
export function withoutUsername(connect: Uint8Array, password: string): Buffer {
  const bodyAt = headerBytes(connect);
  const body = Buffer.from(connect.subarray(bodyAt));
  const flagsAt = LENGTH_BYTES + body.readUInt16BE(0) + FLAGS_BEHIND_NAME;
  body.writeUInt8(body.readUInt8(flagsAt) & ~USERNAME_FLAG, flagsAt);
  const usernameAt = body.length - Buffer.byteLength(password) - 2 * LENGTH_BYTES;
  return Buffer.concat([
    connect.subarray(0, 1),
    variableByteInteger(body.length - LENGTH_BYTES),
    body.subarray(0, usernameAt),
    body.subarray(usernameAt + LENGTH_BYTES),
  ]);
}

/** Type and Remaining Length (§2.1). */
function headerBytes(packet: Uint8Array): number {
  let at = 1;
  while ((packet[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}

/** How long the packet is of which this is the beginning; null when it does not say yet. */
function packetBytes(beginning: Uint8Array): number | null {
  let [size, scale] = [0, 1];
  for (const [at, byte] of beginning.subarray(1, 5).entries()) {
    size += (byte & 0x7f) * scale;
    if (byte < 0x80) return at + 2 + size;
    scale *= 128;
  }
  return null;
}

/** What a stream calls when something is written, or never will be. */
export type WriteDone = (error: Error | null | undefined) => void;

/** Takes the CONNECT, which mqtt-packet writes field by field, and gives it back whole and without its username. */
export class PasswordAlone {
  readonly #password: string;
  /** Of the fields that were taken: none of them is written before the last one is there. */
  readonly #waiting: WriteDone[] = [];
  #written = Buffer.alloc(0);

  constructor(password: string) {
    this.#password = password;
  }

  /** Null until the last field is there. `done` is called by `settle`. */
  take(piece: Uint8Array, done: WriteDone | undefined): Buffer | null {
    if (done) this.#waiting.push(done);
    this.#written = Buffer.concat([this.#written, piece]);
    const written = this.#written;
    // A farewell, when it is closed before it began.
    if (written[0] !== CONNECT) return written;
    const size = packetBytes(written);
    if (size === null || written.length < size) return null;
    const connect = withoutUsername(written.subarray(0, size), this.#password);
    return Buffer.concat([connect, written.subarray(size)]);
  }

  /** What was taken is written, or never will be: everybody who asked is told, once. */
  settle(error: Error | null | undefined): void {
    for (const done of this.#waiting.splice(0)) done(error);
  }
}
