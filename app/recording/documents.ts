/** The parts of a recording that are JSON: what it is, its sessions and gaps, and what it had in all. */
import * as v from 'valibot';
import { LoupeError } from '../errors';
import type { GapKind } from '../gap';
import type { Selection } from '../selection';
import { matchingEntries } from '../selection-schema';
import { damaged } from './damage';
import { FORMAT_VERSION } from './layout';

const text = (most: number): v.GenericSchema<string> => v.pipe(v.string(), v.maxLength(most));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const moment = v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 52)), v.maxValue(2 ** 52));

export const MAX_RECORDING_NAME = 200;
export const MAX_RECORDING_NOTE = 10_000;

/** Where a recording comes from. Times are wall clock µs since 1970. */
export interface RecordingHeader {
  readonly format: number;
  /** As `MQTT Loupe 0.1.0`. */
  readonly program: string;
  readonly createdUs: number;
  /** Random: the same recording is known again, whatever its file is called. */
  readonly fileId: string;
  readonly name: string;
  readonly note: string;
  readonly selection: Selection;
}

/** One run of a connection that messages came in. */
export interface RecordedSession {
  readonly key: number;
  readonly startedUs: number;
  readonly endedUs: number | null;
}

/** What is missing in a session, and why. */
export interface RecordedGap {
  readonly session: number;
  readonly kind: GapKind;
  readonly fromUs: number;
  readonly toUs: number;
  /** Messages known to be missing. */
  readonly messages: number;
  readonly detail: string;
}

export interface RecordingNotes {
  readonly sessions: readonly RecordedSession[];
  readonly gaps: readonly RecordedGap[];
}

/** What a whole file has; a file without it was cut off. */
export interface RecordingFooter {
  readonly messages: number;
  readonly payloadBytes: number;
  readonly topics: number;
  readonly sessions: number;
  readonly gaps: number;
  readonly firstTimeUs: number | null;
  readonly lastTimeUs: number | null;
  /** Chunks and bytes before the footer, and the SHA-256 (hexadecimal) of these bytes. */
  readonly chunks: number;
  readonly bytes: number;
  readonly sha256: string;
}

const headerSchema: v.GenericSchema<unknown, RecordingHeader> = v.object({
  format: count,
  program: text(200),
  createdUs: moment,
  fileId: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  name: text(MAX_RECORDING_NAME),
  note: text(MAX_RECORDING_NOTE),
  selection: v.object({
    profileId: text(200),
    filters: v.pipe(v.array(text(200_000)), v.maxLength(1_000)),
    fromUs: v.nullable(moment),
    toUs: v.nullable(moment),
    sessionKey: v.nullable(count),
    // What a newer version asks of messages is not needed to read them.
    matching: v.optional(v.fallback(v.optional(v.object(matchingEntries)), undefined)),
  }),
});

/** Notes are cut into chunks of so many entries. */
export const NOTES_A_CHUNK = 1_000;

const notesSchema: v.GenericSchema<unknown, RecordingNotes> = v.object({
  sessions: v.pipe(
    v.array(v.object({ key: count, startedUs: moment, endedUs: v.nullable(moment) })),
    v.maxLength(NOTES_A_CHUNK),
  ),
  gaps: v.pipe(
    v.array(
      v.object({
        session: count,
        kind: v.picklist(['disconnected', 'refused', 'pruned', 'deleted', 'lost']),
        fromUs: moment,
        toUs: moment,
        messages: count,
        detail: text(2_000),
      }),
    ),
    v.maxLength(NOTES_A_CHUNK),
  ),
});

const footerSchema: v.GenericSchema<unknown, RecordingFooter> = v.object({
  messages: count,
  payloadBytes: count,
  topics: count,
  sessions: count,
  gaps: count,
  firstTimeUs: v.nullable(moment),
  lastTimeUs: v.nullable(moment),
  chunks: count,
  bytes: count,
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u)),
});

const utf8 = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeDocument(
  document: RecordingHeader | RecordingNotes | RecordingFooter,
): Uint8Array {
  return utf8.encode(JSON.stringify(document));
}

/** @throws LoupeError `file-unreadable`, also when a newer version wrote it */
export function decodeHeader(bytes: Uint8Array): RecordingHeader {
  const header = parsed(bytes, headerSchema, 'header');
  if (header.format > FORMAT_VERSION) {
    throw new NewerRecording(
      'file-unreadable',
      `The recording was written by a newer version of MQTT Loupe (format ${String(header.format)}; this one reads ` +
        `format ${String(FORMAT_VERSION)}). Install the newer version to open it.`,
    );
  }
  return header;
}

class NewerRecording extends LoupeError {}

/** Whether the whole file is of a version that is not understood here. */
export function isNewer(error: unknown): boolean {
  return error instanceof NewerRecording;
}

/** @throws LoupeError `file-unreadable` */
export function decodeNotes(bytes: Uint8Array): RecordingNotes {
  return parsed(bytes, notesSchema, 'list of sessions and gaps');
}

/** @throws LoupeError `file-unreadable` */
export function decodeFooter(bytes: Uint8Array): RecordingFooter {
  return parsed(bytes, footerSchema, 'footer');
}

function parsed<T>(bytes: Uint8Array, schema: v.GenericSchema<unknown, T>, what: string): T {
  try {
    return v.parse(schema, JSON.parse(decoder.decode(bytes)));
  } catch {
    throw damaged(`Its ${what} cannot be understood.`);
  }
}
