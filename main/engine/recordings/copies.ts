import { LoupeError, messageOf } from '../../../app/errors';
import type { Jobs } from '../history/job-protocol';
import type { RunningJob } from '../history/jobs';
import type { RecordingFile } from './recording-file';

export interface CopyProgress {
  /** 0 to 1; 0 while it cannot be told. */
  readonly done: number;
  readonly messages: number;
}

export interface CopiesOptions {
  readonly nowMs: () => number;
  readonly warn: (message: string) => void;
  /** One made progress, is complete, or gone. */
  readonly onChange: () => void;
  /** Nothing of it stays. */
  readonly onGone: (recordingId: string) => void;
}

interface Copying {
  cancel(): void;
  readonly ended: Promise<void>;
  progress: CopyProgress;
}

/** Recordings that are being copied or repaired, each by a job of its own. */
export class Copies {
  readonly #options: CopiesOptions;
  readonly #running = new Map<string, Copying>();

  constructor(options: CopiesOptions) {
    this.#options = options;
  }

  /** Null when it is not being copied. */
  progressOf(recordingId: string): CopyProgress | null {
    return this.#running.get(recordingId)?.progress ?? null;
  }

  progressed(recordingId: string, messages: number, expected: number): void {
    const copying = this.#running.get(recordingId);
    if (!copying) return;
    const done = expected > 0 ? Math.min(1, messages / expected) : 0;
    copying.progress = { done, messages };
    this.#options.onChange();
  }

  /** @param problemOf what is missing, in words; null when nothing is */
  follow<Kind extends 'copy' | 'repair'>(
    file: RecordingFile,
    job: RunningJob<Kind>,
    problemOf: (result: Jobs[Kind]['result']) => string | null,
  ): void {
    const ended = job.done.then(
      (result) => {
        const { messages, topics, oldestTimeUs, newestTimeUs } = result;
        const known = { messages, topics, oldestTimeUs, newestTimeUs };
        file.change({ ...known, endedMs: this.#options.nowMs(), problem: problemOf(result) });
        this.#ended(file.id);
      },
      (error: unknown) => {
        this.#failed(file, error);
      },
    );
    const progress = { done: 0, messages: 0 };
    this.#running.set(file.id, {
      cancel: () => {
        job.cancel();
      },
      ended,
      progress,
    });
    this.#options.onChange();
  }

  cancel(recordingId: string): void {
    this.#running.get(recordingId)?.cancel();
  }

  async close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const copying of running) copying.cancel();
    await Promise.all(running.map(({ ended }) => ended));
  }

  #ended(recordingId: string): void {
    this.#running.delete(recordingId);
    this.#options.onChange();
  }

  #failed(file: RecordingFile, error: unknown): void {
    const { name } = file.notes;
    file.remove();
    this.#options.onGone(file.id);
    if (!(error instanceof LoupeError && error.code === 'cancelled')) {
      this.#options.warn(`“${name}” could not be made: ${messageOf(error)}`);
    }
    this.#ended(file.id);
  }
}
