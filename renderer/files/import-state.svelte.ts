import type { FileJobFrame, ImportPreview } from '../../app/contract-files';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';
import { FileJob } from './file-job.svelte';

/** One import: what is in the file, what is chosen, how far it is, how it ended. */
export class ImportState {
  readonly #engine: EngineClient;
  readonly #path: string;
  onBadRow = $state.raw<'stop' | 'skip'>('stop');
  #preview = $state.raw<ImportPreview | null>(null);
  #job = $state.raw<FileJob | null>(null);
  #problem = $state.raw<string | null>(null);
  #isEnding = $state.raw(false);

  constructor(engine: EngineClient, path: string) {
    this.#engine = engine;
    this.#path = path;
    void this.look(null);
  }

  /** Null until the file was looked at. */
  get preview(): ImportPreview | null {
    return this.#preview;
  }

  /** Whether there is anything to import, as far as was looked. */
  get isEmpty(): boolean {
    const preview = this.#preview;
    if (preview === null) return true;
    return (preview.totalMessages ?? preview.messages) === 0 && preview.isWhole;
  }

  /** Null before it was started. */
  get frame(): FileJobFrame | null {
    return this.#job?.frame ?? null;
  }

  /** What went wrong, in words. */
  get problem(): string | null {
    const { frame } = this;
    return frame?.state === 'failed' ? frame.message : this.#problem;
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Looks at the file. @param isBase64 how its payloads are taken; null: as it looks */
  async look(isBase64: boolean | null): Promise<void> {
    await this.#attempt(async () => {
      this.#preview = await this.#engine.calls.previewImport({ path: this.#path, isBase64 });
      if (this.#preview.problems > 0) this.onBadRow = 'skip';
    });
  }

  async start(): Promise<void> {
    await this.#attempt(async () => {
      const isBase64 = this.#preview?.isBase64 ?? null;
      const { onBadRow } = this;
      const arg = { path: this.#path, isBase64, onBadRow };
      const { jobId } = await this.#engine.calls.startImport(arg);
      this.close();
      this.#isEnding = false;
      this.#job = new FileJob(this.#engine, jobId);
    });
  }

  async cancel(): Promise<void> {
    this.#isEnding = true;
    await this.#attempt(async () => {
      await this.#job?.cancel();
    });
  }

  close(): void {
    this.#job?.close();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.#problem = null;
    try {
      await work();
    } catch (error) {
      this.#problem = messageOf(error);
    }
  }
}
