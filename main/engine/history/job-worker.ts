/** The thread of one job. The bundle of this file is started by jobs.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { LoupeError, toWireError } from '../../../app/errors';
import { historyError } from './driver';
import { CANCEL, type JobReply, type Jobs, type JobKind, type JobStart } from './job-protocol';
import { repairHistory } from './repair';
import { copySelection } from './selection-copy';
import { countSelected } from './selection-count';

const start = workerData as JobStart;
const port = parentPort;
let isCancelled = false;
port?.on('message', (message: unknown) => {
  if (message === CANCEL) isCancelled = true;
});

void work().then(
  (result) => {
    end({ kind: 'done', result });
  },
  (error: unknown) => {
    const classified = historyError('The history cannot be read or copied', error);
    end({ kind: 'failed', error: toWireError(classified) });
  },
);

function work(): Promise<Jobs[JobKind]['result']> {
  switch (start.kind) {
    case 'count':
      return countSelected(start.options.file, start.options.selection, look);
    case 'copy':
      return copySelection(start.options, progressed);
    case 'repair':
      return repairHistory(start.options, progressed);
  }
}

async function progressed(messages: number): Promise<void> {
  tell({ kind: 'progress', messages });
  await look();
}

/** Lets a message in; ends what was cancelled. */
async function look(): Promise<void> {
  await new Promise(setImmediate);
  if (isCancelled) throw new LoupeError('cancelled', 'It was cancelled.');
}

function tell(reply: JobReply): void {
  port?.postMessage(reply);
}

function end(reply: JobReply): void {
  tell(reply);
  port?.close();
}
