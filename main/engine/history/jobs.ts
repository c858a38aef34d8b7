import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LoupeError, messageOf } from '../../../app/errors';
import { CANCEL, type JobKind, type JobReply, type Jobs } from './job-protocol';

export interface RunningJob<Kind extends JobKind> {
  /** Rejected with `cancelled` after `cancel`. */
  readonly done: Promise<Jobs[Kind]['result']>;
  cancel(): void;
}

/**
 * Starts a job in a thread of its own.
 * @param threads folder of the bundle of job-worker.ts
 * @param onProgress told how many messages were copied
 */
export function startJob<Kind extends JobKind>(
  threads: string,
  kind: Kind,
  options: Jobs[Kind]['options'],
  onProgress: (messages: number) => void = () => undefined,
): RunningJob<Kind> {
  const worker = new Worker(join(threads, 'history-jobs.cjs'), { workerData: { kind, options } });
  const done = new Promise<Jobs[Kind]['result']>((resolve, reject) => {
    worker.on('message', (reply: JobReply) => {
      if (reply.kind === 'progress') onProgress(reply.messages);
      else if (reply.kind === 'done') resolve(reply.result);
      else reject(LoupeError.fromWire(reply.error));
    });
    worker.once('error', (error) => {
      reject(new LoupeError('internal', `It ended unexpectedly: ${messageOf(error)}`));
    });
    worker.once('exit', (code) => {
      reject(new LoupeError('internal', `It ended unexpectedly (exit code ${String(code)}).`));
    });
  });
  return {
    done,
    cancel: () => {
      worker.postMessage(CANCEL);
    },
  };
}
