import type { ArchiveInfo, SessionInfo } from '../../engine/history/archive';
import { openArchive } from '../../engine/history/sqlite-archive';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { writeListing, type Column } from '../formats';
import { databaseHelp } from '../help';
import { parseOptions } from '../options';
import { historyFile } from '../places';
import {
  countWords,
  durationWords,
  isoMicroseconds,
  isoMilliseconds,
  sizeWords,
} from '../quantities';

const options = { db: { type: 'string' }, json: { type: 'boolean' } } as const;

export const info: Command = {
  name: 'info',
  summary: 'tell what a history holds: sessions, sizes, rates',
  help: `mqtt-loupe info - tell what a history holds: sessions, sizes, rates

USAGE
  mqtt-loupe info [OPTIONS]

Quick, whatever the size of the file, and true also while another process records
into it. A session is one run of a connection; a gap is a time or a message that is
known to be missing from it.

OPTIONS
${databaseHelp}  --json               one JSON object: file, formatVersion, messages (that are stored
                       now), topics, fileBytes, oldest, newest, writer (who records
                       into it now, or null), profiles, sessions
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const file = historyFile(values.db);
    const archive = openArchive(file);
    try {
      const found = archive.info();
      if (values.json === true) await out.write(`${JSON.stringify(plain(file, found))}\n`);
      else {
        await out.write(overview(file, found));
        if (found.sessions.length > 0) await writeListing(out, 'table', columns, found.sessions);
      }
      return EXIT.done;
    } finally {
      archive.close();
    }
  },
};

function plain(file: string, found: ArchiveInfo): unknown {
  const { oldestTimeUs, newestTimeUs, sessions, ...rest } = found;
  return {
    file,
    ...rest,
    oldest: timeOrNull(oldestTimeUs),
    newest: timeOrNull(newestTimeUs),
    sessions: sessions.map((session) => ({
      key: session.key,
      profileId: session.profileId,
      started: isoMicroseconds(session.startedUs),
      ended: timeOrNull(session.endedUs),
      last: timeOrNull(session.lastTimeUs),
      received: session.received,
      stored: session.stored,
      refused: session.refused,
      gaps: gapCount(session),
      gapKinds: Object.fromEntries(session.gaps),
      seconds: lengthMs(session) / 1_000,
      rate: rate(session),
    })),
  };
}

function timeOrNull(timeUs: number | null): string | null {
  return timeUs === null ? null : isoMicroseconds(timeUs);
}

function overview(file: string, found: ArchiveInfo): string {
  const refused = found.profiles.reduce((sum, profile) => sum + profile.refused, 0);
  const pruned = found.profiles.reduce((sum, profile) => sum + profile.pruned, 0);
  const lines = [
    `${file}, format ${String(found.formatVersion)}`,
    `messages  ${countWords(found.messages)} in ${countWords(found.topics)} topics`,
    `refused   ${countWords(refused)}`,
    ...(pruned > 0 ? [`removed   ${countWords(pruned)} to stay within a limit`] : []),
    `size      ${sizeWords(found.fileBytes)}`,
    ...(found.oldestTimeUs === null ? [] : [`from      ${isoMicroseconds(found.oldestTimeUs)}`]),
    ...(found.newestTimeUs === null ? [] : [`until     ${isoMicroseconds(found.newestTimeUs)}`]),
    ...(found.writer === null ? [] : [`written   now, by ${found.writer}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}

const columns: readonly Column<SessionInfo>[] = [
  { name: 'session', width: 7, alignRight: true, value: (session) => session.key },
  { name: 'started', width: 24, value: (session) => isoMilliseconds(session.startedUs) },
  {
    name: 'length',
    width: 8,
    value: (session) => durationWords(lengthMs(session)),
  },
  { name: 'received', width: 9, alignRight: true, value: ({ received }) => countWords(received) },
  { name: 'stored', width: 9, alignRight: true, value: ({ stored }) => countWords(stored) },
  { name: 'refused', width: 7, alignRight: true, value: ({ refused }) => countWords(refused) },
  { name: 'gaps', width: 4, alignRight: true, value: (session) => countWords(gapCount(session)) },
  {
    name: 'rate/s',
    width: 8,
    alignRight: true,
    value: (session) => countWords(rate(session)),
  },
  { name: 'profile', width: 10, value: (session) => session.profileId },
];

function gapCount(session: SessionInfo): number {
  return [...session.gaps.values()].reduce((sum, count) => sum + count, 0);
}

/** Until its end, or until the last message of one that is still open. */
function lengthMs({ startedUs, endedUs, lastTimeUs }: SessionInfo): number {
  return Math.max(0, (endedUs ?? lastTimeUs ?? startedUs) - startedUs) / 1_000;
}

/** Messages per second, to a tenth. */
function rate(session: SessionInfo): number {
  const ms = lengthMs(session);
  return ms === 0 ? 0 : Math.round((session.received * 10_000) / ms) / 10;
}
