/**
 * A thread for one export, import, count or look at a file, so that neither a long walk through a history nor a slow
 * disk holds up a packet. The bundle of this file is started by files-thread.ts.
 */
import { stat } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { LoupeError, toWireError } from '../../../app/errors';
import { exportChart } from '../charts/chart-export';
import { openArchive } from '../history/sqlite-archive';
import { exportToFile } from './exporter';
import type {
  FilesProgress,
  FilesReply,
  FilesResults,
  FilesStart,
  FilesTask,
} from './files-protocol';
import { importToOwnHistory } from './import-own-history';
import { previewImport } from './import-preview';

const PROGRESS_MS = 50;

const { task, cancelled } = workerData as FilesStart;
const flag = new Int32Array(cancelled);
const isCancelled = (): boolean => Atomics.load(flag, 0) !== 0;
let toldMs = -Infinity;

run(task).then(
  (result) => {
    tell({ kind: 'done', result });
  },
  (error: unknown) => {
    // What is not ours is a mistake of ours: its place is worth more than its words.
    if (!(error instanceof LoupeError)) console.error(error);
    tell({ kind: 'failed', error: toWireError(error) });
  },
);

function run(what: FilesTask): Promise<FilesResults[FilesTask['kind']]> {
  switch (what.kind) {
    case 'count':
      return Promise.resolve(count(what.file, what.selection));
    case 'export':
      return exportToFile(what.request, what.path, { progress, isCancelled });
    case 'chart':
      return exportChart(what.request, what.path, { progress, isCancelled });
    case 'preview':
      return previewImport(what.path, what.isBase64);
    case 'import':
      return importFile(what);
  }
}

function count(
  file: string,
  selection: (FilesTask & { kind: 'count' })['selection'],
): FilesResults['count'] {
  const archive = openArchive(file);
  try {
    return archive.count(selection);
  } finally {
    archive.close();
  }
}

async function importFile(what: FilesTask & { kind: 'import' }): Promise<FilesResults['import']> {
  const size = await stat(what.path).then(
    (found) => found.size,
    () => 0,
  );
  return await importToOwnHistory({
    ...{ ...what, isCancelled },
    howToSkip: 'choose “Skip and count” for rows that are no messages',
    progress: ({ messages, bytes }) => {
      progress({ messages, bytes, share: Math.min(1, bytes / Math.max(1, size)) });
    },
  });
}

function progress(now: FilesProgress): void {
  const nowMs = performance.now();
  if (nowMs - toldMs < PROGRESS_MS) return;
  toldMs = nowMs;
  tell({ kind: 'progress', progress: now });
}

function tell(reply: FilesReply): void {
  parentPort?.postMessage(reply);
}
