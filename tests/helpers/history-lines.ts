/** Messages as lines of text: many, and large ones, are compared at once, and a difference is still readable. */
import { createHash } from 'node:crypto';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import type { StoredMessage } from './history-contents';

/** All of a message but the key of its topic. */
export type LineFields = Omit<StoredMessage, 'topicKey' | 'properties' | 'payload'> & {
  readonly properties: Uint8Array | null;
  readonly payload: Uint8Array;
};

export function lineOf(message: LineFields): string {
  const { profile, topic, id, timeUs, flags, packetId, properties, payload } = message;
  const hex = properties === null ? 'none' : Buffer.from(properties).toString('hex');
  const hash = createHash('sha1').update(payload).digest('base64');
  return `${String(id)} ${profile} ${topic} ${String(timeUs)} ${String(flags)} ${String(packetId)} ${hex} ${String(payload.length)} ${hash}`;
}

/** What `mqtt-loupe check` says of a file. */
export function checked(file: string): readonly string[] {
  const archive = openArchive(file);
  try {
    return archive.check();
  } finally {
    archive.close();
  }
}
