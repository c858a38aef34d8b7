import { Worker } from 'node:worker_threads';
import { LoupeError, messageOf } from '../../../app/errors';
import type {
  FilesProgress,
  FilesReply,
  FilesResults,
  FilesStart,
  FilesTask,
} from './files-protocol';

/** One task in a thread of its own. */
export interface FilesRun<Kind extends FilesTask['kind']> {
  /** Rejected with a LoupeError; `cancelled` after `cancel`, unless it was done already. */
  readonly result: Promise<FilesResults[Kind]>;
  readonly cancel: () => void;
}

/** @param workerFile the bundle of files-worker.ts */
export function runInThread<Task extends FilesTask>(
  workerFile: string,
  task: Task,
  onProgress: (progress: FilesProgress) => void = () => undefined,
): FilesRun<Task['kind']> {
  const cancelled = new SharedArrayBuffer(4);
  const worker = new Worker(workerFile, { workerData: { task, cancelled } satisfies FilesStart });
  const result = new Promise<FilesResults[Task['kind']]>((resolve, reject) => {
    worker.on('message', (reply: FilesReply) => {
      if (reply.kind === 'progress') onProgress(reply.progress);
      // The task ties the reply to its result, which a message cannot express.
      else if (reply.kind === 'done') resolve(reply.result as FilesResults[Task['kind']]);
      else reject(LoupeError.fromWire(reply.error));
    });
    worker.once('error', (error) => {
      reject(new LoupeError('internal', `The file's thread failed: ${messageOf(error)}`));
    });
    worker.once('exit', () => {
      reject(new LoupeError('internal', "The file's thread ended unexpectedly. Try again."));
    });
  });
  return {
    result,
    cancel: () => {
      Atomics.store(new Int32Array(cancelled), 0, 1);
    },
  };
}
