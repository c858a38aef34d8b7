/**
 * The search's thread: a read-only connection of its own, so that a search through all of a history delays neither a
 * packet nor the tree. The bundle of this file is started by `Searcher`.
 */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toWireError } from '../../../../app/errors';
import type { ThreadReply, ThreadRequest, ThreadStart } from '../calling-thread';
import { historyError, openForReading, type Database } from '../driver';
import { Lists } from './lists';
import type { SearchThreadCalls } from './search-protocol';

type Request = ThreadRequest<SearchThreadCalls>;

const { databaseFile } = workerData as ThreadStart;
const port = parentPort;
let database: Database | undefined;
let lists: Lists | undefined;

stepBack();

port?.on('message', (request: Request) => {
  if (request.method === 'close') {
    database?.close();
    port.close();
    // A search that is under way would go on.
    process.exit(0);
  }
  port.postMessage(answer(request));
});

function answer(request: Exclude<Request, { method: 'close' }>): ThreadReply {
  const { id } = request;
  try {
    return { id, ok: true, result: run(request) };
  } catch (error) {
    const classified = historyError('The history cannot be searched', error);
    return { id, ok: false, error: toWireError(classified) };
  }
}

function run(request: Exclude<Request, { method: 'close' }>): unknown {
  database ??= openForReading(databaseFile);
  lists ??= new Lists(database);
  switch (request.method) {
    case 'openList':
      return lists.open(request.argument);
    case 'closeList':
      lists.close(request.argument.list);
      return undefined;
    case 'listRows':
      return lists.rows(request.argument);
    case 'listRowAt':
      return lists.rowAt(request.argument);
  }
}

/** Receiving and storing come first. Only on Linux a thread has a priority of its own. */
function stepBack(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(5);
  } catch {
    // Then it shares the processor as all others do.
  }
}
