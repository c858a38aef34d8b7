import type { ExportFormat, FileJobFrame } from '../../app/contract-files';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';
import { shell } from '../shell-client';
import type { ExportWish } from '../state/overlays.svelte';
import { FileJob } from './file-job.svelte';

interface Count {
  readonly messages: number;
  readonly topics: number;
}

/** One export: what is chosen, how far it is, how it ended. */
export class ExportState {
  readonly #engine: EngineClient;
  readonly #wish: ExportWish;
  format = $state.raw<ExportFormat>('recording');
  name = $state.raw('');
  note = $state.raw('');
  #count = $state.raw<Count | null>(null);
  #job = $state.raw<FileJob | null>(null);
  #problem = $state.raw<string | null>(null);
  #isEnding = $state.raw(false);

  constructor(engine: EngineClient, wish: ExportWish) {
    this.#engine = engine;
    this.#wish = wish;
    this.name = wish.title.slice(0, 200);
    void this.#attempt(async () => {
      this.#count = await engine.calls.countForExport({ selection: wish.selection });
    });
  }

  /** Null until they are counted. */
  get count(): Count | null {
    return this.#count;
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

  /** Asks where to, then exports. */
  async start(): Promise<void> {
    await this.#attempt(async () => {
      const { format, name, note } = this;
      const suggestedName = this.#wish.title.replaceAll('/', '-').slice(0, 80);
      const path = await shell.chooseExportFile({ suggestedName, format });
      if (path === null) return;
      const { selection } = this.#wish;
      const { jobId } = await this.#engine.calls.startExport({
        selection,
        format,
        path,
        name,
        note,
      });
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
