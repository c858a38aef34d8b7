/**
 * The reader's thread: a read-only connection of its own, so that a long search never delays a packet. The bundle of
 * this file is started by reader.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { toWireError } from '../../../app/errors';
import { ArchiveQueries } from './archive-queries';
import type { ThreadReply, ThreadStart } from './calling-thread';
import { openMessagesForReading } from './database';
import { historyError, openForReading, type Database } from './driver';
import { momentBuffers, MomentQueries } from './moments/moment-queries';
import { Queries } from './queries';
import type { ReaderRequest, ReaderResult, ReaderMethod } from './reader-protocol';

const { databaseFile } = workerData as ThreadStart;
const port = parentPort;
let database: Database | undefined;
let queries: Queries | undefined;
let archive: ArchiveQueries | undefined;
let moments: MomentQueries | undefined;

port?.on('message', (request: ReaderRequest) => {
  if (request.method === 'close') {
    moments?.close();
    database?.close();
    port.close();
    return;
  }
  const { reply, transfer } = answer(request);
  port.postMessage(reply, transfer);
});

function answer(request: Exclude<ReaderRequest, { method: 'close' }>): {
  reply: ThreadReply;
  transfer: ArrayBuffer[];
} {
  const { id } = request;
  try {
    if (request.method === 'moment') {
      const result = openMoments().answer(request.argument);
      return {
        reply: { id, ok: true, result },
        transfer: momentBuffers(result).map(asArrayBuffer),
      };
    }
    const result = run(request);
    return { reply: { id, ok: true, result }, transfer: buffersOf(result) };
  } catch (error) {
    const classified = historyError('The history cannot be read', error);
    return { reply: { id, ok: false, error: toWireError(classified) }, transfer: [] };
  }
}

function run(
  request: Exclude<ReaderRequest, { method: 'close' | 'moment' }>,
): ReaderResult<Exclude<ReaderMethod, 'moment'>> {
  if (request.method === 'archive') return openArchive().state();
  if (request.method === 'changedTopics') return openArchive().changedTopics(request.argument);
  database ??= openForReading(databaseFile);
  queries ??= new Queries(database);
  switch (request.method) {
    case 'topics':
      return queries.topics(request.argument);
    case 'page':
      return queries.page(request.argument);
    case 'message':
      return queries.message(request.argument);
    case 'series':
      return queries.series(request.argument);
    case 'counts':
      return queries.counts(request.argument);
    case 'sessions':
      return queries.sessions(request.argument);
  }
}

function openMoments(): MomentQueries {
  database ??= openForReading(databaseFile);
  moments ??= new MomentQueries(database);
  return moments;
}

/** A file that comes from elsewhere: it is looked whether it is a history that can be read. */
function openArchive(): ArchiveQueries {
  database ??= openMessagesForReading(databaseFile);
  archive ??= new ArchiveQueries(databaseFile, database);
  return archive;
}

/** The memory that changes hands instead of being copied: `Queries` gives each array a buffer of its own. */
function buffersOf(result: ReaderResult<Exclude<ReaderMethod, 'moment'>>): ArrayBuffer[] {
  if (result === null) return [];
  if (result instanceof Float64Array) return [asArrayBuffer(result.buffer)];
  if ('skipped' in result) {
    return [asArrayBuffer(result.timesUs.buffer), asArrayBuffer(result.values.buffer)];
  }
  // A tree's first payloads are small: copying them all at once is quicker than handing over thousands of buffers.
  if (!('messages' in result) && !('payload' in result)) return [];
  const messages = 'messages' in result ? result.messages : [result];
  return messages.map((message) => asArrayBuffer(message.payload.buffer));
}

function asArrayBuffer(buffer: ArrayBufferLike): ArrayBuffer {
  if (buffer instanceof ArrayBuffer) return buffer;
  throw new TypeError('The reader never uses shared memory.');
}
