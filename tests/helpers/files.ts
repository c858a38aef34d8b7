/** Histories to export, and what was made of them: the same for the same seed. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ExportFormat } from '../../app/contract-files';
import type { MessageProperties } from '../../app/message';
import { everything } from '../../app/selection';
import { exportToFile, type ExportRequest } from '../../main/engine/files/exporter';
import { importToOwnHistory, type OwnHistory } from '../../main/engine/files/import-own-history';
import { FLAG_DUP, FLAG_OUT, FLAG_RETAIN } from '../../main/engine/history/history';
import { encodeProperties } from '../../main/engine/history/properties';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import { appendAll, openForTest, temporaryFolder, type TestMessage } from './history';

/** Random numbers below 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

const HOSTILE_TEXTS = [
  ...[
    '',
    ' ',
    'a',
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    '\r',
    '\t',
    '\0',
    '\\',
    '\\u0000',
    '{',
    '[]',
    'null',
  ],
  ...[
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    "';--",
    '<script>alert(1)</script>',
    '../../etc',
    '%s%n',
    '\u2028',
  ],
  ...[
    'ü',
    '日本語',
    '😀',
    '\ufeffbom',
    '\u202egnp',
    'a'.repeat(300),
    'b64:AAAA',
    'dGVzdA==',
    'True',
  ],
  ...[
    'a,"b"\n"c',
    '$SYS/x',
    '#',
    '+/x',
    '//',
    '/',
    '__proto__',
    'constructor',
    '\u0000\u0001\u001f\u007f',
  ],
];

/** Messages of all kinds, with hostile texts wherever a text can be. */
export function hostileMessages(random: () => number, count: number, most = 3_000): TestMessage[] {
  const under = (limit: number): number => Math.floor(random() * limit);
  const text = (): string =>
    Array.from({ length: 1 + under(3) }, () => HOSTILE_TEXTS[under(HOSTILE_TEXTS.length)]).join('');
  const bytes = (size: number): Buffer =>
    Buffer.from(Array.from({ length: size }, () => under(256)));
  let timeUs = 1_700_000_000_000_000 + under(1_000_000_000);
  return Array.from({ length: count }, () => {
    timeUs += under(5_000) - (under(100) === 0 ? 60_000_000 : 0);
    const qos = under(3);
    const kind = under(4);
    return {
      topic: `t${text()}`,
      timeUs,
      flags: qos | (under(2) && FLAG_RETAIN) | (under(2) && FLAG_DUP) | (under(2) && FLAG_OUT),
      packetId: qos === 0 ? 0 : 1 + under(65_535),
      payload: kind === 0 ? bytes(under(most)) : kind === 1 ? Buffer.alloc(0) : Buffer.from(text()),
      ...(under(3) === 0 ? { properties: hostileProperties(under, text, bytes) } : {}),
    };
  });
}

function hostileProperties(
  under: (limit: number) => number,
  text: () => string,
  bytes: (size: number) => Buffer,
): MessageProperties {
  const maybe = <T extends object>(value: T): T | object => (under(2) === 0 ? value : {});
  return {
    ...maybe({ payloadFormatIndicator: under(2) === 0 }),
    ...maybe({ messageExpiryInterval: under(2 ** 32) }),
    ...maybe({ topicAlias: under(65_536) }),
    ...maybe({ responseTopic: text() }),
    ...maybe({ contentType: text() }),
    ...maybe({ correlationData: new Uint8Array(bytes(under(40))) }),
    ...maybe({ subscriptionIdentifiers: [1 + under(268_435_455), 7] }),
    ...maybe({
      userProperties: [
        [text(), text()],
        ['__proto__', text()],
        ['__proto__', ''],
      ] as const,
    }),
  };
}

export const PROFILE = 'lab';

const KINDS = ['disconnected', 'deleted', 'refused', 'pruned', 'lost'] as const;

/** A history with these messages in a few sessions, closed. */
export async function historyOf(
  threads: string,
  messages: readonly TestMessage[],
  sessions = 3,
): Promise<string> {
  const { history, file } = await openForTest({ threads });
  const size = Math.max(1, Math.ceil(messages.length / sessions));
  for (let at = 0; at < messages.length; at += size) {
    const some = messages.slice(at, at + size);
    const session = history.beginSession(PROFILE, some[0]?.timeUs ?? 0);
    for (let from = 0; from < some.length; from += 500) {
      await appendAll(history, PROFILE, session, some.slice(from, from + 500));
    }
    const atUs = some.at(-1)?.timeUs ?? 0;
    const kind = KINDS[at % KINDS.length] ?? 'lost';
    const gap = { kind, fromUs: atUs, toUs: atUs + 5, messages: 0 };
    history.recordGap(session, { ...gap, detail: `gap "${String(at)}"\n😀` });
    history.endSession(session, atUs + 5);
  }
  await history.close();
  return file;
}

/** Everything of each message but the names of profile and session: those are others after an import. */
export function linesOf(
  file: string,
  keep: readonly ('ids' | 'extras')[] = ['ids', 'extras'],
): string[] {
  const archive = openArchive(file);
  try {
    const sessions = new Map<number, number>();
    const query = {
      filters: [],
      profileId: null,
      fromUs: null,
      toUs: null,
      text: null,
      accepts: null,
    };
    return [...archive.messages({ ...query, limit: Infinity, newestFirst: false })].map(
      (message) => {
        const session = sessions.get(message.session) ?? sessions.size;
        sessions.set(message.session, session);
        const { properties, payload, topic, timeUs, qos, retain, dup, direction, packetId } =
          message;
        const sha = createHash('sha256').update(payload).digest('hex').slice(0, 24);
        const line = { topic, timeUs, qos, retain, size: message.sizeBytes, sha };
        const encoded = properties && Buffer.from(encodeProperties(properties)).toString('hex');
        const extras = { dup, direction, packetId, session, properties: encoded };
        return JSON.stringify({
          ...line,
          ...(keep.includes('extras') ? extras : {}),
          ...(keep.includes('ids') ? { id: message.id } : {}),
        });
      },
    );
  } finally {
    archive.close();
  }
}

export const unwatched = { progress: () => undefined, isCancelled: () => false };

/** Exports all of a history's profile. */
export async function exported(
  file: string,
  format: ExportFormat,
  more: Partial<ExportRequest> = {},
): Promise<string> {
  const path = join(await temporaryFolder(), `export.${format}`);
  const request = { file, format, selection: everything(PROFILE), name: 'Plant "Süd"', note: '' };
  await exportToFile({ ...request, program: 'test', ...more }, path, unwatched);
  return path;
}

/** Imports into a history of its own. */
export async function imported(
  threads: string,
  path: string,
  more: Partial<OwnHistory> = {},
): ReturnType<typeof importToOwnHistory> {
  const home = more.home ?? (await temporaryFolder());
  const options = { home, threads, path, isBase64: null, onBadRow: 'stop', howToSkip: '' } as const;
  return await importToOwnHistory({ ...options, ...unwatched, ...more });
}
