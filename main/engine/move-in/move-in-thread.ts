import { Worker } from 'node:worker_threads';
import { LoupeError, messageOf } from '../../../app/errors';
import type { MoveInReply, MoveInResults, MoveInTask } from './protocol';

/** Does one task in a thread of its own. @param workerFile the bundle of move-in-worker.ts */
export function runMoveIn<Task extends MoveInTask>(
  workerFile: string,
  task: Task,
): Promise<MoveInResults[Task['kind']]> {
  const worker = new Worker(workerFile, { workerData: task });
  return new Promise((resolve, reject) => {
    worker.on('message', (reply: MoveInReply) => {
      // The task ties the reply to its result, which a message cannot express.
      if (reply.kind === 'done') resolve(reply.result as MoveInResults[Task['kind']]);
      else reject(LoupeError.fromWire(reply.error));
    });
    worker.once('error', (error) => {
      reject(new LoupeError('internal', `The connections' thread failed: ${messageOf(error)}`));
    });
    worker.once('exit', () => {
      reject(new LoupeError('internal', "The connections' thread ended unexpectedly. Try again."));
    });
  });
}
