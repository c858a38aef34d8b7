import type { Message } from '../../app/contract';
import { formatBytes } from '../../app/payload/format';
import { hexText } from '../../app/payload/hex';
import { shell } from '../shell-client';
import { app } from '../state/app.svelte';
import { MOST_BYTES, viewed, type Viewed } from './topic-state.svelte';

/** Fetches what is missing of a payload. */
interface Source {
  whole(message: Message): Promise<Message>;
}

/** Three characters a byte, and the clipboard takes as many as the window shows of a payload. */
const MOST_HEX_BYTES = Math.floor(MOST_BYTES / 3);

/** Copies a payload whole: its text, or its bytes in hexadecimal where it is not text. */
export async function copyPayload(state: Source, shown: Viewed): Promise<void> {
  if (isTooLargeAsHex(shown)) return;
  const message = await app.attempt(() => state.whole(shown.message));
  if (!message || !isWhole(message)) return;
  const { kind, text } = message === shown.message ? shown.detected : viewed(message).detected;
  const asText = text !== null && kind !== 'binary';
  await app.copy(
    asText ? text : hexText(message.payload),
    asText ? 'Value' : 'Value (hexadecimal)',
  );
}

/** Said before anything is fetched: what is binary shows from its beginning. */
function isTooLargeAsHex({ detected, message }: Viewed): boolean {
  if (detected.kind !== 'binary' || message.sizeBytes <= MOST_HEX_BYTES) return false;
  app.toasts.problem(
    `These ${formatBytes(message.sizeBytes)} are not text, and in hexadecimal at most ${formatBytes(MOST_HEX_BYTES)} can be copied. Save them to a file instead.`,
  );
  return true;
}

/** Asks where, and writes a payload's bytes as they came. */
export async function savePayload(state: Source, topic: string, shown: Viewed): Promise<void> {
  const message = await app.attempt(() => state.whole(shown.message));
  if (!message || !isWhole(message)) return;
  const suggestedName = fileName(topic, shown);
  const saved = await app.attempt(() => shell.saveFile({ suggestedName, bytes: message.payload }));
  if (saved) app.toasts.show({ text: `Saved ${formatBytes(message.sizeBytes)}`, tone: 'good' });
}

function isWhole(message: Message): boolean {
  if (message.payload.length >= message.sizeBytes) return true;
  app.toasts.problem(
    `This payload has ${formatBytes(message.sizeBytes)}; the window can take ${formatBytes(message.payload.length)} of it at once. Nothing was copied or saved.`,
  );
  return false;
}

const EXTENSIONS = new Map([
  ['json', 'json'],
  ['binary', 'bin'],
]);

/** A name that every file system takes: the last level, without what is special to one of them. */
function fileName(topic: string, shown: Viewed): string {
  const last = topic.split('/').findLast((level) => level !== '') ?? 'payload';
  // eslint-disable-next-line no-control-regex -- control characters do not belong into a file name
  const safe = last.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, '-').slice(0, 80);
  return `${safe.replace(/^\.+/, '')}.${EXTENSIONS.get(shown.detected.kind) ?? 'txt'}`;
}
