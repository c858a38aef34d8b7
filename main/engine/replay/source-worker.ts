/**
 * The thread that reads what is replayed: a connection of its own to the file, so that neither the file's size nor the
 * rules hold up a packet. The bundle of this file is started by source-reader.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { PreviewedMessage } from '../../../app/contract-replay';
import { assertNever, toWireError } from '../../../app/errors';
import { Rules } from '../../../app/replay/rules';
import type { StoredMessage } from '../history/archive';
import { ChunkBuilder } from './chunk-builder';
import { openSource, type MessageSource } from './message-source';
import type { FromSource, SourceChunk, SourceStart, ToSource } from './source-protocol';
import { Survey } from './survey';

const { place } = workerData as SourceStart;
const port = parentPort;

/** Messages that are counted before it is looked whether there is something else to do. */
const SURVEY_STEP = 5_000;
/** Looked at for a preview: as many topics as wanted should be among them. */
const PREVIEW_SCANNED = 5_000;
const PREVIEW_BYTES = 2_048;
/** Of what is left out at least one for so many that would be sent. */
const LEFT_OUT_SHARE = 4;

let source: MessageSource | undefined;
let reading: { readonly id: number; readonly builder: ChunkBuilder } | undefined;
let surveying = 0;
let survey: Survey | undefined;

port?.on('message', (request: ToSource) => {
  try {
    answer(request);
  } catch (error) {
    failed(request.id, error);
  }
});

function answer(request: ToSource): void {
  switch (request.t) {
    case 'read': {
      reading?.builder.end();
      const { id, rules, fromUs, toUs } = request;
      const messages = opened().messages(fromUs, toUs);
      reading = { id, builder: new ChunkBuilder(messages, new Rules(rules)) };
      return;
    }
    case 'more':
      if (reading?.id === request.id) sendChunk(request.id, reading.builder.next());
      return;
    case 'survey': {
      surveying = request.id;
      survey = undefined;
      const counting = new Survey({ ...request, rules: new Rules(request.rules) });
      count(request.id, counting, opened().messages(null, null)[Symbol.iterator]());
      return;
    }
    case 'topics':
      tell({ t: 'topics', id: request.id, topics: survey?.topics(request.limit) ?? [] });
      return;
    case 'preview': {
      const messages = preview(new Rules(request.rules), request.limit);
      tell({ t: 'previewed', id: request.id, messages });
      return;
    }
    default:
      assertNever(request);
  }
}

/** In steps, so that a newer request is heard. */
function count(id: number, counting: Survey, messages: Iterator<StoredMessage>): void {
  if (surveying !== id) {
    messages.return?.();
    return;
  }
  try {
    for (let step = 0; step < SURVEY_STEP; step += 1) {
      const next = messages.next();
      if (next.done === true) {
        survey = counting;
        tell({ t: 'surveyed', id, result: counting.result });
        return;
      }
      counting.add(next.value);
    }
  } catch (error) {
    failed(id, error);
    return;
  }
  tell({ t: 'scanned', id, scanned: counting.scanned });
  setImmediate(count, id, counting, messages);
}

/** The first message of each of some topics: what would be sent, then some of what is left out. */
function preview(rules: Rules, limit: number): PreviewedMessage[] {
  const known = new Set<string>();
  const sent: PreviewedMessage[] = [];
  const leftOut: PreviewedMessage[] = [];
  let scanned = 0;
  for (const message of opened().messages(null, null)) {
    if (!known.has(message.topic)) {
      known.add(message.topic);
      const one = previewed(message, rules);
      (one.after.kind === 'skip' ? leftOut : sent).push(one);
    }
    scanned += 1;
    if (sent.length >= limit || scanned >= PREVIEW_SCANNED) break;
  }
  const others = Math.max(limit - sent.length, Math.ceil(limit / LEFT_OUT_SHARE));
  return [...sent, ...leftOut.slice(0, others)];
}

function previewed(message: StoredMessage, rules: Rules): PreviewedMessage {
  const { timeUs, topic, payload, sizeBytes, qos, retain } = message;
  const before = { timeUs, topic, payload: beginning(payload), sizeBytes, qos, retain };
  const verdict = rules.verdict({ ...message, replayed: message.replayed === true });
  if (verdict.kind !== 'send') return { ...before, after: verdict };
  const set = rules.payload(payload);
  const shifted = rules.shifted(set.payload, Date.now() * 1_000 - timeUs);
  return {
    ...before,
    after: {
      kind: 'send',
      topic: verdict.topic,
      payload: beginning(shifted.payload),
      sizeBytes: shifted.payload.length,
      qos: rules.qos(qos),
      retain: rules.retain(retain),
      unapplied: set.unapplied || shifted.unapplied,
    },
  };
}

function beginning(payload: Uint8Array): Uint8Array {
  return Uint8Array.from(payload.subarray(0, PREVIEW_BYTES));
}

function opened(): MessageSource {
  return (source ??= openSource(place));
}

function sendChunk(id: number, chunk: SourceChunk): void {
  const { timesUs, flags, topics, ends, body } = chunk;
  const buffers = [timesUs, flags, topics, ends, body].map(({ buffer }) => buffer as ArrayBuffer);
  port?.postMessage({ t: 'chunk', id, chunk } satisfies FromSource, buffers);
}

function tell(message: FromSource): void {
  port?.postMessage(message);
}

function failed(id: number, error: unknown): void {
  tell({ t: 'failed', id, error: toWireError(error) });
}
