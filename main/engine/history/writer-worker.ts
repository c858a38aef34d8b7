/**
 * The writer's thread: the only one that writes to the history. The bundle of this file is started by writer.ts, which
 * keeps the lock.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { toWireError } from '../../../app/errors';
import { openForStoring } from './database';
import { historyError } from './driver';
import { Store } from './store';
import type { WriterReply, WriterRequest, WriterStart, WriterTask } from './writer-protocol';

const failures: Readonly<Record<WriterTask['kind'], string>> = {
  describe: 'The settings of the profile cannot be stored',
  begin: 'The session cannot be stored',
  end: 'The end of the session cannot be stored',
  gap: 'A gap cannot be stored',
  append: 'Messages cannot be stored',
  limit: 'The limit of the history cannot be set',
  session: 'The session cannot be changed',
  delete: 'Messages cannot be deleted',
  forget: 'The history cannot be removed',
  close: 'The history cannot be closed',
};

/** What waits for the end of a burst is looked at after this. */
const BURST_END_MS = 100;
/** After a failed slice, tidying up is looked at again with the next batch, or after this. */
const RETRY_MS = 6_000;
/**
 * So many at the most between two batches, where a profile far over its limit grows: what is being compressed is finished
 * first, and a busy machine gives little time to each slice.
 */
const MOST_SLICES = 32;
/** So often it is looked whether messages became too old, also when none come. */
const GROW_OLDER_MS = 30_000;

const { databaseFile, delayMs } = workerData as WriterStart;
const port = parentPort;
const store = new Store(openForStoring(databaseFile));
const delay = new Int32Array(new SharedArrayBuffer(4));
let isWorkDue = false;
let isClosed = false;
let afterBurst: NodeJS.Timeout | undefined;
/** Why tidying up failed last; it is tried again and again, and told once. */
let trouble = '';

port?.on('message', ({ id, task }: WriterRequest) => {
  if (task.kind === 'close') close(id);
  else take(id, task);
});
tidyUpSoon();
setInterval(() => {
  store.grownOlder();
  tidyUpSoon();
}, GROW_OLDER_MS).unref();

function take(id: number, task: Exclude<WriterTask, { kind: 'close' }>): void {
  try {
    if (task.kind === 'forget') {
      store.forget(task.profileId, () => {
        done(id);
      });
    } else {
      if (task.kind === 'append' && delayMs > 0) Atomics.wait(delay, 0, 0, delayMs);
      store.do(task);
      done(id);
      // Tidying up has to keep pace, also when there is never a moment's rest.
      if (store.isBehind) tidyUp();
      for (let slice = 1; slice < MOST_SLICES && store.isOutrun; slice++) tidyUp();
      if (task.kind === 'append') tidyUpAfterBurst();
    }
  } catch (error) {
    failed(id, task.kind, error);
  }
  tidyUpSoon();
}

function close(id: number): void {
  isClosed = true;
  try {
    tell({ kind: 'done', id, counters: store.close() });
  } catch (error) {
    failed(id, 'close', error);
  }
  port?.close();
}

function failed(id: number, kind: WriterTask['kind'], error: unknown): void {
  const classified = historyError(failures[kind], error);
  tell({ kind: 'failed', id, error: toWireError(classified) });
}

function tell(reply: WriterReply): void {
  port?.postMessage(reply);
}

function done(id: number): void {
  tell({ kind: 'done', id, counters: store.counters() });
}

/** Batches come first: each slice waits for its turn of the event loop. */
function tidyUpSoon(): void {
  if (isWorkDue) return;
  isWorkDue = true;
  setImmediate(tidyUp);
}

/** Once more when nothing has come for a while. */
function tidyUpAfterBurst(): void {
  afterBurst ??= setTimeout(() => {
    afterBurst = undefined;
    tidyUpSoon();
  }, BURST_END_MS).unref();
}

function tidyUp(): void {
  isWorkDue = false;
  if (isClosed) return;
  try {
    const more = store.work();
    if (more) trouble = '';
    const counters = store.counters();
    if (counters.totals.length > 0) tell({ kind: 'counters', counters });
    if (more) tidyUpSoon();
  } catch (error) {
    const classified = historyError('The history cannot be tidied up', error);
    if (classified.message !== trouble) tell({ kind: 'problem', error: toWireError(classified) });
    trouble = classified.message;
    setTimeout(tidyUpSoon, RETRY_MS).unref();
  }
}
