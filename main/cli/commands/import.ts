import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { escapeHidden } from '../../../app/payload/escape';
import { bytesOfFile, type ByteStream } from '../../engine/files/byte-queue';
import {
  importIntoHistory,
  refuseKnown,
  type IntoHistoryResult,
} from '../../engine/files/import-into-history';
import { digestOf } from '../../engine/files/imported-profile';
import type { Command } from '../command';
import { EXIT, exitCodesHelp } from '../exit-codes';
import { FileProgress } from '../file-progress';
import { oneOf, parseArguments, usageError } from '../options';
import { engineFile } from '../places';
import { countWords, isoMilliseconds, sizeWords } from '../quantities';
import { nextSignal } from '../signals';

const options = {
  db: { type: 'string' },
  'on-error': { type: 'string' },
  payloads: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** So many problems are told; all of them are counted. */
const TOLD = 10;

export const importCommand: Command = {
  name: 'import',
  summary: 'read a recording, NDJSON or CSV into a history',
  help: `mqtt-loupe import - read a file into a history

USAGE
  mqtt-loupe import FILE|- --db FILE [OPTIONS]

Reads a recording (.mqttrec), NDJSON or CSV as "export" and "query" write them, or the
CSV of mqtt_recorder; which one it is shows in its content. The messages become a
profile of their own in the history, with their times and in the order of the file.

It is there as a whole or not at all: an import that fails or is ended (Ctrl+C)
leaves nothing, what a killed one left is never shown and goes when the history is
next written to. The same file is not imported twice. Of a damaged recording all that
is sound is taken, and what is missing is noted as a gap.

OPTIONS
  --db FILE            the history; made when it is missing
  --on-error stop|skip what happens at a row that is no message: stop (the default;
                       nothing is imported), or skip it, tell and count it
  --payloads text|base64
                       of mqtt_recorder's CSV: base64 when it ran with --encode_b64
                       True. Default: as it looks

OUTPUT
  --json               one JSON object: messages, skipped, lost, format, profile, name,
                       from, to, seconds, problems (the first 1,000)

${exitCodesHelp}
EXAMPLES
  mqtt-loupe import plant.mqttrec --db plant.db
  mqtt-loupe import messages.ndjson --db plant.db --on-error skip
  zcat messages.ndjson.gz | mqtt-loupe import - --db plant.db
`,
  run: async (args, out) => {
    const { values, positionals } = parseArguments(args, options);
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) {
      throw usageError('Which file? Give one, or - for the standard input.');
    }
    const { db } = values;
    if (db === undefined) throw usageError('Into which history? Give --db FILE.');
    const onBadRow = oneOf('--on-error', values['on-error'], ['stop', 'skip'] as const) ?? 'stop';
    const payloads = oneOf('--payloads', values.payloads, ['text', 'base64'] as const);
    const startedMs = performance.now();
    const result = await read(
      path,
      db,
      onBadRow,
      payloads === undefined ? null : payloads === 'base64',
    );
    const seconds = Math.round(performance.now() - startedMs) / 1_000;
    await out.write(
      values.json === true ? asJson(result, seconds) : inWords(path, result, seconds),
    );
    return result.skipped > 0 || result.lostBytes > 0 || result.lost > 0 ? EXIT.refused : EXIT.done;
  },
};

async function read(
  path: string,
  db: string,
  onBadRow: 'stop' | 'skip',
  isBase64: boolean | null,
): Promise<IntoHistoryResult> {
  const progress = new FileProgress('import');
  let isEnding = false;
  void nextSignal().then(() => {
    isEnding = true;
  });
  const isCancelled = (): boolean => isEnding;
  const { stream, sha256, size, from } = await open(path, db, isCancelled);
  try {
    return await importIntoHistory(stream, {
      ...{ file: db, threads: dirname(engineFile('history-reader.cjs')) },
      ...{ isBase64, from, sha256, onBadRow, isCancelled },
      howToSkip: 'give --on-error skip',
      progress: ({ messages, bytes }) => {
        const share = size === null ? null : bytes / Math.max(1, size);
        progress.show(share, [`${countWords(messages)} messages`, sizeWords(bytes)]);
      },
    });
  } finally {
    progress.end();
  }
}

/** A file is digested before anything is written; of a pipe it is known at its end. */
async function open(
  path: string,
  db: string,
  isCancelled: () => boolean,
): Promise<{ stream: ByteStream; sha256: () => string; size: number | null; from: string }> {
  if (path === '-') {
    const hash = createHash('sha256');
    const stream = hashed(process.stdin, (bytes) => hash.update(bytes));
    return {
      stream,
      sha256: () => hash.copy().digest('hex'),
      size: null,
      from: 'The standard input',
    };
  }
  const digest = await digestOf(path, isCancelled);
  refuseKnown(path, db, digest);
  const { size } = await stat(path);
  return { stream: bytesOfFile(path), sha256: () => digest, size, from: path };
}

async function* hashed(stream: ByteStream, take: (bytes: Uint8Array) => void): ByteStream {
  for await (const bytes of stream) {
    take(bytes);
    yield bytes;
  }
}

function asJson(result: IntoHistoryResult, seconds: number): string {
  const { messages, skipped, lost, lostBytes, format, firstTimeUs, lastTimeUs, problems } = result;
  const time = (us: number | null): string | null => (us === null ? null : isoMilliseconds(us));
  return `${JSON.stringify({
    ...{ messages, skipped, lost, lostBytes, format },
    ...{ profile: result.profileId, name: result.profileName },
    ...{ from: time(firstTimeUs), to: time(lastTimeUs), seconds, problems },
  })}\n`;
}

function inWords(path: string, result: IntoHistoryResult, seconds: number): string {
  const { messages, skipped, lost, lostBytes, profileName, problems } = result;
  const counts = [
    `${countWords(messages)} messages`,
    ...(skipped > 0 ? [`${countWords(skipped)} rows skipped`] : []),
    ...(lost > 0 || lostBytes > 0
      ? [`damaged: ${lostWords(lost)} and ${sizeWords(lostBytes)} lost`]
      : []),
  ];
  const more = skipped - TOLD;
  const list = problems
    .slice(0, TOLD)
    .map(
      ({ line, why }) => `  ${line === null ? '' : `line ${String(line)}: `}${escapeHidden(why)}\n`,
    );
  const rest = more > 0 ? `  … and ${countWords(more)} more\n` : '';
  const head = `${path}: ${counts.join(', ')} in ${seconds.toFixed(3)} s, as the profile “${escapeHidden(profileName)}”.\n`;
  return `${head}${list.join('')}${rest}`;
}

/** A file whose end is missing does not say how much that was. */
function lostWords(lost: number): string {
  return lost === 0 ? 'an unknown number of messages' : `at least ${countWords(lost)} messages`;
}
