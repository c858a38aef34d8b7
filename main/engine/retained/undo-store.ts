import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { UndoSet } from '../../../app/contract-retained';
import { LoupeError, messageOf } from '../../../app/errors';
import { decodeRecords, RecordEncoder } from '../../../app/recording/records';
import { checksum } from '../files/compression';
import { decodeProperties, encodeProperties } from '../history/properties';
import type { RetainedMessage } from './retained-list';

/** Older ones go when there are more, or more bytes; a single set may be as large as a list can be. */
const MOST_SETS = 20;
const MOST_BYTES = 1_024 * 1_024 * 1_024;
const SUFFIX = '.undo';
/** Of the head and of each body: how many bytes come, and their CRC-32. */
const FRAME_BYTES = 8;
const MOST_FRAME_BYTES = 600 * 1_024 * 1_024;

const headSchema = v.object({
  version: v.literal(1),
  id: v.string(),
  profileId: v.string(),
  timeMs: v.number(),
  filter: v.string(),
  messages: v.number(),
  bytes: v.number(),
});
type Head = v.InferOutput<typeof headSchema>;

/**
 * Retained messages that were cleared, kept on disk until they were put back, or until newer ones need the room: a file for
 * each set, which is whole before the first message is cleared.
 */
export class UndoStore {
  readonly #folder: string;
  readonly #warn: (message: string) => void;
  #sets: readonly Head[] = [];
  readonly #loaded: Promise<void>;
  /** Grows with every change. */
  version = 0;

  constructor(home: string, warn: (message: string) => void) {
    this.#folder = join(home, 'retained-undo');
    this.#warn = warn;
    this.#loaded = this.#load();
  }

  /** Those of a profile, the newest first. */
  of(profileId: string): readonly UndoSet[] {
    return this.#sets
      .filter((set) => set.profileId === profileId)
      .map(({ id, timeMs, filter, messages, bytes }) => ({ id, timeMs, filter, messages, bytes }));
  }

  /**
   * Writes a set, so that it is on the disk when this resolves.
   * @throws LoupeError `file-unwritable`
   */
  async keep(
    profileId: string,
    filter: string,
    messages: readonly RetainedMessage[],
    signal: AbortSignal,
  ): Promise<string> {
    await this.#loaded;
    const head: Head = {
      ...{ version: 1, id: randomUUID(), profileId, filter, timeMs: Date.now() },
      messages: messages.length,
      bytes: messages.reduce((sum, { payload }) => sum + payload.length, 0),
    };
    const path = this.#pathOf(head.id);
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeSet(`${path}.part`, head, messages, signal);
      await rename(`${path}.part`, path);
    } catch (error) {
      await rm(`${path}.part`, { force: true });
      signal.throwIfAborted();
      throw new LoupeError(
        'file-unwritable',
        `What is to be cleared could not be kept for undo, so nothing was cleared: ${messageOf(error)}`,
      );
    }
    this.#sets = [head, ...this.#sets];
    this.version += 1;
    await this.#makeRoom();
    return head.id;
  }

  /** @throws LoupeError `not-found`, `file-unreadable` */
  async read(
    profileId: string,
    id: string,
  ): Promise<{ readonly filter: string; readonly messages: readonly RetainedMessage[] }> {
    await this.#loaded;
    const set = this.#sets.find((one) => one.id === id && one.profileId === profileId);
    if (!set) {
      throw new LoupeError(
        'not-found',
        'What was cleared is no longer kept here; the messages are still in the history of their topics.',
      );
    }
    try {
      return { filter: set.filter, messages: await readMessages(this.#pathOf(id)) };
    } catch (error) {
      throw new LoupeError(
        'file-unreadable',
        `What was cleared cannot be read from ${this.#pathOf(id)}: ${messageOf(error)}`,
      );
    }
  }

  async remove(profileId: string, id: string): Promise<void> {
    await this.#loaded;
    const set = this.#sets.find((one) => one.id === id && one.profileId === profileId);
    if (set) await this.#drop(set);
  }

  /** The profile is gone. */
  async forget(profileId: string): Promise<void> {
    await this.#loaded;
    for (const set of this.#sets.filter((one) => one.profileId === profileId))
      await this.#drop(set);
  }

  #pathOf(id: string): string {
    return join(this.#folder, `${id}${SUFFIX}`);
  }

  async #drop(set: Head): Promise<void> {
    this.#sets = this.#sets.filter((one) => one !== set);
    this.version += 1;
    await rm(this.#pathOf(set.id), { force: true });
  }

  async #makeRoom(): Promise<void> {
    let bytes = 0;
    for (const [at, set] of this.#sets.entries()) {
      bytes += set.bytes;
      if (at > 0 && (at >= MOST_SETS || bytes > MOST_BYTES)) await this.#drop(set);
    }
  }

  async #load(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    const sets: Head[] = [];
    for (const name of names) {
      const path = join(this.#folder, name);
      // What a crash left half written.
      if (name.endsWith('.part')) await rm(path, { force: true });
      if (!name.endsWith(SUFFIX)) continue;
      try {
        const head = await readHead(path);
        if (head.id === name.slice(0, -SUFFIX.length)) sets.push(head);
      } catch (error) {
        this.#warn(
          `Cleared retained messages cannot be put back from ${path}: ${messageOf(error)}`,
        );
      }
    }
    this.#sets = sets.sort((a, b) => b.timeMs - a.timeMs);
    this.version += 1;
  }
}

async function writeSet(
  path: string,
  head: Head,
  messages: readonly RetainedMessage[],
  signal: AbortSignal,
): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await writeFrame(file, Buffer.from(JSON.stringify(head)));
    const encoder = new RecordEncoder();
    for (const { topic, payload, qos, properties } of messages) {
      encoder.add(
        {
          ...{ topic, payload, qos: qos ?? 1, retain: true, dup: false, direction: 'in' },
          ...{ id: 0, session: 0, timeUs: 0, packetId: null },
        },
        properties && encodeProperties(properties),
      );
      if (!encoder.isFull) continue;
      await writeFrame(file, encoder.take().body);
      signal.throwIfAborted();
    }
    if (encoder.messages > 0) await writeFrame(file, encoder.take().body);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeFrame(file: FileHandle, body: Uint8Array): Promise<void> {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32LE(body.length, 0);
  frame.writeUInt32LE(checksum(body), 4);
  await file.writev([frame, body]);
}

async function readHead(path: string): Promise<Head> {
  const file = await open(path, 'r');
  try {
    const frame = await readFrame(file, 0, (await stat(path)).size);
    return v.parse(headSchema, JSON.parse(Buffer.from(frame.body).toString('utf8')));
  } finally {
    await file.close();
  }
}

async function readMessages(path: string): Promise<readonly RetainedMessage[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await stat(path);
    const messages: RetainedMessage[] = [];
    let { next } = await readFrame(file, 0, size);
    while (next < size) {
      const frame = await readFrame(file, next, size);
      next = frame.next;
      for (const { topic, payload, qos, properties } of decodeRecords(frame.body)) {
        messages.push({
          ...{ topic, payload, qos },
          properties: properties && decodeProperties(properties),
        });
      }
    }
    return messages;
  } finally {
    await file.close();
  }
}

async function readFrame(
  file: FileHandle,
  offset: number,
  size: number,
): Promise<{ readonly body: Uint8Array; readonly next: number }> {
  const frame = Buffer.alloc(FRAME_BYTES);
  await file.read(frame, 0, FRAME_BYTES, offset);
  const length = frame.readUInt32LE(0);
  const next = offset + FRAME_BYTES + length;
  if (next > size || length > MOST_FRAME_BYTES) throw new Error('the file was cut off');
  const body = new Uint8Array(length);
  await file.read(body, 0, length, offset + FRAME_BYTES);
  if (checksum(body) !== frame.readUInt32LE(4)) throw new Error('its checksum does not fit');
  return { body, next };
}
