/**
 * A thread for one look at connections of elsewhere, or one export: large files, a copy of a database and a passphrase
 * take their time. The bundle of this file is started by move-in-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { LoupeError, toWireError } from '../../../app/errors';
import { findSources } from './find-sources';
import type { MoveInReply, MoveInResults, MoveInTask } from './protocol';
import { readSource } from './read-source';
import { writeConnections } from './write-file';

run(workerData as MoveInTask).then(
  (result) => {
    tell({ kind: 'done', result });
  },
  (error: unknown) => {
    // What is not ours is a mistake of ours: its place is worth more than its words.
    if (!(error instanceof LoupeError)) console.error(error);
    tell({ kind: 'failed', error: toWireError(error) });
  },
);

async function run(task: MoveInTask): Promise<MoveInResults[MoveInTask['kind']]> {
  switch (task.kind) {
    case 'find':
      return await findSources(task.known);
    case 'read':
      return await readSource(task.from, task.passphrase);
    case 'write':
      await writeConnections(task.path, task.content, task.passphrase);
      return null;
  }
}

function tell(reply: MoveInReply): void {
  parentPort?.postMessage(reply);
}
