import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startsWith } from '../../app/recording/chunk';
import { MAGIC } from '../../app/recording/layout';
import { importToOwnHistory } from '../engine/files/import-own-history';
import { FileProgress } from './file-progress';
import { engineThreads } from './places';
import { countWords, sizeWords } from './quantities';

/**
 * Gives a history to work with: the file itself, or of a recording (.mqttrec) a copy that goes when the work is done.
 * @throws LoupeError `cancelled`, `file-unreadable`, `file-unwritable`; what the work throws
 */
export async function withHistory<Result>(
  file: string,
  isCancelled: () => boolean,
  work: (file: string) => Promise<Result>,
): Promise<Result> {
  if (!(await isRecording(file))) return await work(file);
  const home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-recording-'));
  try {
    return await work(await unpacked(file, home, isCancelled));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** What cannot be read is no recording: whoever opens it as a history says why. */
async function isRecording(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return false;
  try {
    const { buffer } = await handle.read({ buffer: Buffer.alloc(MAGIC.length), position: 0 });
    return startsWith(buffer, MAGIC);
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

async function unpacked(path: string, home: string, isCancelled: () => boolean): Promise<string> {
  const progress = new FileProgress('replay');
  const result = await importToOwnHistory({
    ...{ home, path, threads: engineThreads(), isBase64: null, onBadRow: 'stop', isCancelled },
    howToSkip: 'use “mqtt-loupe import” with --on-error skip, and replay that history',
    progress: ({ messages }) => {
      progress.show(null, [`${countWords(messages)} messages of the recording read`]);
    },
  }).finally(() => {
    progress.end();
  });
  if (result.kind === 'imported' && result.counts.lostBytes > 0) tellLoss(result.counts);
  return result.file;
}

function tellLoss({
  lost,
  lostBytes,
}: {
  readonly lost: number;
  readonly lostBytes: number;
}): void {
  process.stderr.write(
    `mqtt-loupe replay: the recording is damaged: ${countWords(lost)} messages and ${sizeWords(lostBytes)} are lost\n`,
  );
}
