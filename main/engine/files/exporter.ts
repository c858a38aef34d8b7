import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { ExportFormat } from '../../../app/contract-files';
import { LoupeError } from '../../../app/errors';
import { FORMAT_VERSION } from '../../../app/recording/layout';
import type { RecordedGap, RecordedSession } from '../../../app/recording/documents';
import type { Selection } from '../../../app/selection';
import type { Archive, StoredMessage } from '../history/archive';
import { encodeProperties } from '../history/properties';
import { openArchive } from '../history/sqlite-archive';
import { cancelled, nothingSelected } from './file-errors';
import { TextWriter, type MessageWriter } from './message-writers';
import { ParquetMessageWriter } from './parquet-writer';
import { RecordingWriter } from './recording-writer';
import { TargetFile, type Sink } from './sink';
import { csvHeader, csvLine, mqttRecorderLine, ndjsonLine } from './text-formats';

export interface ExportRequest {
  /** The history's file. */
  readonly file: string;
  readonly selection: Selection;
  readonly format: ExportFormat;
  /** What the recording says of itself. */
  readonly name: string;
  readonly note: string;
  /** As `MQTT Loupe 0.1.0`. */
  readonly program: string;
}

export interface ExportProgress {
  readonly messages: number;
  /** Written until now. */
  readonly bytes: number;
  /** From 0 to 1. */
  readonly share: number;
}

export interface Watch {
  readonly progress: (progress: ExportProgress) => void;
  readonly isCancelled: () => boolean;
}

/** A look at the watch costs more than a message. */
const LOOK_EVERY = 500;
const PROGRESS_MS = 100;

/**
 * Exports to a file that appears under its name only when it is whole; what fails or is cancelled leaves nothing.
 * @throws LoupeError `nothing-selected`, `file-unwritable`, `cancelled`, and as `openArchive`
 */
export async function exportToFile(
  request: ExportRequest,
  path: string,
  watch: Watch,
): Promise<ExportProgress> {
  const target = await TargetFile.open(path);
  try {
    const done = await exportSelection(request, target, watch);
    await target.finish();
    return done;
  } catch (error) {
    await target.abandon();
    throw error;
  }
}

/**
 * Exports to anything that takes bytes, front to back.
 * @throws LoupeError `nothing-selected` before anything is written when the selection has no message
 */
export async function exportSelection(
  request: ExportRequest,
  sink: Sink,
  watch: Watch,
): Promise<ExportProgress> {
  const archive = openArchive(request.file);
  try {
    const counted = new CountedSink(sink);
    const run = new ExportRun(archive, request.selection, counted, watch);
    if (run.isEmpty) throw nothingSelected();
    const writer = await writerOf(request, archive, counted, watch);
    for (const message of run.messages()) {
      writer.add(message);
      if (writer.isFull) await writer.flush();
    }
    run.look();
    await writer.end();
    const done = { messages: run.count, bytes: counted.bytes, share: 1 };
    watch.progress(done);
    return done;
  } finally {
    archive.close();
  }
}

class CountedSink implements Sink {
  readonly #sink: Sink;
  bytes = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.length;
    await this.#sink.write(bytes);
  }
}

/** One walk through the selection, watched. */
class ExportRun {
  readonly #archive: Archive;
  readonly #selection: Selection;
  readonly #sink: CountedSink | null;
  readonly #watch: Watch;
  readonly #total: number;
  #toldMs = 0;
  count = 0;

  constructor(archive: Archive, selection: Selection, sink: CountedSink | null, watch: Watch) {
    this.#archive = archive;
    this.#selection = selection;
    this.#sink = sink;
    this.#watch = watch;
    this.#total = archive.count(selection, () => {
      this.#endIfCancelled();
    }).messages;
  }

  get isEmpty(): boolean {
    return this.#total === 0;
  }

  *messages(): Generator<StoredMessage> {
    for (const message of selected(this.#archive, this.#selection)) {
      if (this.count % LOOK_EVERY === 0) this.look();
      this.count += 1;
      yield message;
    }
  }

  /** @throws LoupeError `cancelled` */
  look(): void {
    this.#endIfCancelled();
    const nowMs = performance.now();
    if (this.#sink === null || nowMs - this.#toldMs < PROGRESS_MS) return;
    this.#toldMs = nowMs;
    // More may have come since they were counted.
    const share = Math.min(1, this.count / Math.max(1, this.#total));
    this.#watch.progress({ messages: this.count, bytes: this.#sink.bytes, share });
  }

  #endIfCancelled(): void {
    if (this.#watch.isCancelled()) throw cancelled('The export');
  }
}

/** The messages of a selection in the order of arrival. */
export function* selected(archive: Archive, selection: Selection): Generator<StoredMessage> {
  const { sessionKey } = selection;
  const query = {
    ...{ filters: selection.filters, profileId: selection.profileId },
    ...{ fromUs: selection.fromUs, toUs: selection.toUs, matching: selection.matching },
    ...{ text: null, accepts: null, limit: Infinity, newestFirst: false },
  };
  let wasIn = false;
  for (const message of archive.messages(query)) {
    const isIn = sessionKey === null || message.session === sessionKey;
    if (isIn) yield message;
    // Sessions of a profile follow one another.
    else if (wasIn) return;
    wasIn = isIn;
  }
}

async function writerOf(
  request: ExportRequest,
  archive: Archive,
  sink: Sink,
  watch: Watch,
): Promise<MessageWriter> {
  switch (request.format) {
    case 'recording':
      return await recordingWriter(request, archive, sink);
    case 'ndjson':
      return new TextWriter(sink, '', ndjsonLine);
    case 'csv':
      return new TextWriter(sink, csvHeader, csvLine);
    case 'parquet':
      return new ParquetMessageWriter(sink, request.program);
    case 'mqtt_recorder': {
      const isBinary = await hasBinary(archive, request.selection, watch);
      return new TextWriter(sink, '', mqttRecorderLine(isBinary));
    }
  }
}

/** That format has one encoding for all payloads, so it is looked first whether text will do. */
async function hasBinary(archive: Archive, selection: Selection, watch: Watch): Promise<boolean> {
  const run = new ExportRun(archive, selection, null, watch);
  for (const { payload } of run.messages()) {
    if (!isUtf8(payload)) return true;
    // Whoever wants to cancel it must be heard.
    if (run.count % LOOK_EVERY === 0) await new Promise(setImmediate);
  }
  return false;
}

async function recordingWriter(
  request: ExportRequest,
  archive: Archive,
  sink: Sink,
): Promise<MessageWriter> {
  const { selection, program, name, note } = request;
  const sessions = sessionsOf(archive, selection);
  const writer = new RecordingWriter(sink);
  const header = {
    ...{ format: FORMAT_VERSION, program, name, note, selection },
    ...{ createdUs: Date.now() * 1_000, fileId: randomUUID() },
  };
  await writer.begin(header, sessions, gapsOf(archive, selection, sessions));
  return {
    add: (message) => {
      const { properties } = message;
      writer.add(message, properties === null ? null : encodeProperties(properties));
    },
    get isFull() {
      return writer.isFull;
    },
    flush: () => writer.flush(),
    end: () => writer.end(),
  };
}

function sessionsOf(archive: Archive, selection: Selection): RecordedSession[] {
  const { profileId, sessionKey, fromUs, toUs } = selection;
  const all = archive.info().sessions.filter((session) => session.profileId === profileId);
  return all
    .filter(({ key }) => sessionKey === null || key === sessionKey)
    .filter(({ startedUs, endedUs, lastTimeUs }) => {
      const untilUs = Math.max(startedUs, endedUs ?? Infinity, lastTimeUs ?? startedUs);
      return startedUs <= (toUs ?? Infinity) && untilUs >= (fromUs ?? -Infinity);
    })
    .map(({ key, startedUs, endedUs }) => ({ key, startedUs, endedUs }));
}

function* gapsOf(
  archive: Archive,
  { fromUs, toUs }: Selection,
  sessions: readonly RecordedSession[],
): Generator<RecordedGap> {
  const keys = new Set(sessions.map(({ key }) => key));
  for (const gap of archive.gaps()) {
    if (!keys.has(gap.session)) continue;
    if (gap.fromUs > (toUs ?? Infinity) || gap.toUs < (fromUs ?? -Infinity)) continue;
    yield { ...gap, detail: gap.detail.slice(0, MOST_DETAIL) };
  }
}

const MOST_DETAIL = 2_000;

/** The only profile of a history, or the one that is named. @throws LoupeError `not-found`, `invalid-argument` */
export function profileOf(archive: Archive, wanted: string | undefined): string {
  const { profiles } = archive.info();
  if (wanted !== undefined) {
    const named = profiles.find(({ id }) => id === wanted);
    if (named) return named.id;
    throw new LoupeError('not-found', `The history has no profile “${wanted}” (info lists them).`);
  }
  const [only] = profiles;
  if (only === undefined) throw new LoupeError('not-found', 'The history is empty.');
  if (profiles.length === 1) return only.id;
  const list = profiles.map(({ id, name }) => `  ${id}  ${name ?? ''}`.trimEnd()).join('\n');
  throw new LoupeError(
    'invalid-argument',
    `The history has ${String(profiles.length)} profiles: say which with --profile ID.\n${list}`,
  );
}
