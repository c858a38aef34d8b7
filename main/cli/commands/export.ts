import { version } from '../../../package.json';
import { EXPORT_FORMATS } from '../../../app/contract-files';
import { LoupeError } from '../../../app/errors';
import { escapeHidden } from '../../../app/payload/escape';
import type { Selection } from '../../../app/selection';
import {
  exportSelection,
  exportToFile,
  profileOf,
  type ExportProgress,
  type ExportRequest,
} from '../../engine/files/exporter';
import { openArchive } from '../../engine/history/sqlite-archive';
import type { Command } from '../command';
import { EXIT, exitCodesHelp } from '../exit-codes';
import { FileProgress } from '../file-progress';
import { oneOf, parseOptions, positiveInteger, topicFilters, usageError } from '../options';
import type { Output } from '../output';
import { countWords, momentOption, sizeWords } from '../quantities';
import { nextSignal } from '../signals';

const options = {
  db: { type: 'string' },
  topic: { type: 'string', short: 't', multiple: true },
  from: { type: 'string' },
  to: { type: 'string' },
  session: { type: 'string' },
  profile: { type: 'string' },
  format: { type: 'string', short: 'f' },
  out: { type: 'string', short: 'o' },
  name: { type: 'string' },
  note: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const exportCommand: Command = {
  name: 'export',
  summary: 'write stored messages to a file: recording, NDJSON, CSV, Parquet',
  help: `mqtt-loupe export - write stored messages to a file

USAGE
  mqtt-loupe export --db FILE --format FORMAT --out FILE|- [OPTIONS]

Writes messages in the order in which they arrived, also while another process
records into the same history: those that were stored when it began. The file
appears under its name only when it is whole; an export that fails or is ended
(Ctrl+C) leaves nothing behind, and what a killed one left is removed by the next.
Where no message is meant there is no file either, one that is there stays as it is,
and the exit code is 8.

WHAT
  --db FILE            the history
  -t, --topic FILTER   only topics that match this topic filter; may be given several
                       times. As in MQTT, a wildcard at the beginning does not match
                       $SYS. Default: all
  --from TIME          not older than this: 2026-11-23, 2026-11-23T17:00:05Z (the
                       computer's own time zone where none is said), or an age: 10m
  --to TIME            not newer than this
  --session NUMBER     only this run of a connection (info lists them)
  --profile ID         whose messages; needed where the history has several (info)

WHERE AND HOW
  -f, --format FORMAT  recording      .mqttrec: all that is known of each message, gaps
                                      and sessions, compressed, with checksums
                       ndjson         one JSON object per line
                       csv            RFC 4180; what begins with = + - or @ is not
                                      changed, so open it as text in a spreadsheet
                       parquet        for DuckDB, pandas and others; payloads are bytes
                       mqtt_recorder  the CSV of mqtt_recorder; where a payload is not
                                      UTF-8, all are base64: replay with --encode_b64 True
                       In ndjson and csv a payload that is not UTF-8 is base64, and
                       "encoding" says so
  -o, --out FILE|-     the file, or - for the standard output
  --name TEXT          what the recording is called; default: the name of the file
  --note TEXT          words that go with the recording

OUTPUT
  --json               the last line of the output (with --out -: of the error output)
                       is one JSON object: messages, bytes, seconds, format, file

${exitCodesHelp}
EXAMPLES
  mqtt-loupe export --db plant.db --format recording --out plant.mqttrec
  mqtt-loupe export --db plant.db -t 'plant/+/state' --from 1h -f csv -o states.csv
  mqtt-loupe export --db plant.db -f ndjson -o - | jq .payload
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const { db, out: path } = values;
    if (db === undefined) throw usageError('Which history? Give --db FILE.');
    if (path === undefined || path === '')
      throw usageError('Where to? Give --out FILE, or --out -.');
    const format = oneOf('--format', values.format, EXPORT_FORMATS);
    if (format === undefined) {
      throw usageError(`Which format? Give --format ${EXPORT_FORMATS.join(', ')}.`);
    }
    const request: ExportRequest = {
      ...{ file: db, format, program: `MQTT Loupe ${version}` },
      selection: selectionOf(db, values),
      name: (values.name ?? (path === '-' ? '' : fileName(path))).slice(0, 200),
      note: (values.note ?? '').slice(0, 10_000),
    };
    const startedMs = performance.now();
    const done = await write(request, path, out);
    const seconds = Math.round(performance.now() - startedMs) / 1_000;
    const summary =
      values.json === true
        ? `${JSON.stringify({ messages: done.messages, bytes: done.bytes, seconds, format, file: path })}\n`
        : `${path}: ${countWords(done.messages)} messages, ${sizeWords(done.bytes)} in ${seconds.toFixed(3)} s.\n`;
    if (path === '-') process.stderr.write(summary);
    else await out.write(summary);
    return EXIT.done;
  },
};

interface What {
  readonly topic?: string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly session?: string | undefined;
  readonly profile?: string | undefined;
}

function selectionOf(db: string, { topic, from, to, session, profile }: What): Selection {
  const now = Date.now();
  const what = {
    filters: topicFilters('--topic', topic),
    fromUs: momentOption('--from', from, now),
    toUs: momentOption('--to', to, now),
    sessionKey: positiveInteger('--session', session),
  };
  const archive = openArchive(db);
  try {
    return { profileId: profileOf(archive, profile), ...what };
  } finally {
    archive.close();
  }
}

async function write(request: ExportRequest, path: string, out: Output): Promise<ExportProgress> {
  const progress = new FileProgress('export');
  let isCancelled = false;
  void nextSignal().then(() => {
    isCancelled = true;
  });
  const watch = {
    progress: ({ messages, bytes, share }: ExportProgress) => {
      progress.show(share, [`${countWords(messages)} messages`, sizeWords(bytes)]);
    },
    isCancelled: () => isCancelled,
  };
  try {
    if (path !== '-') return await exportToFile(request, path, watch);
    return await exportSelection(request, { write: (bytes) => writeBytes(out, bytes) }, watch);
  } catch (error) {
    if (error instanceof LoupeError && error.code === 'nothing-selected')
      throw nothingMeant(request);
    throw error;
  } finally {
    progress.end();
  }
}

/** The same in the words of the command line. */
function nothingMeant({ file, selection }: ExportRequest): LoupeError {
  const { filters } = selection;
  const what = filters.length === 0 ? '' : ` of ${filters.map(escapeHidden).join(', ')}`;
  return new LoupeError(
    'nothing-selected',
    `${file} has no message${what} in the chosen time, session and profile; nothing was written. “mqtt-loupe topics” and “mqtt-loupe info” list what is there.`,
  );
}

/** When the reader goes, as `head` does, that is no error: the export ends. */
async function writeBytes(out: Output, bytes: Uint8Array): Promise<void> {
  if (!(await out.writeBytes(bytes))) process.exit(EXIT.done);
}

function fileName(path: string): string {
  return (
    path
      .split(/[/\\]/u)
      .at(-1)
      ?.replace(/\.[^.]+$/u, '') ?? ''
  );
}
