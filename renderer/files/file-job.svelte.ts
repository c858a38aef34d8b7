import type { FileJobFrame } from '../../app/contract-files';
import type { EngineClient, OpenView } from '../../app/rpc/client';

/** An export or import that runs, as the engine tells of it. */
export class FileJob {
  readonly #engine: EngineClient;
  readonly #jobId: number;
  readonly #view: OpenView<{ readonly jobId: number }>;
  #frame = $state.raw<FileJobFrame>({ state: 'running', messages: 0, bytes: 0, share: 0 });

  constructor(engine: EngineClient, jobId: number) {
    this.#engine = engine;
    this.#jobId = jobId;
    this.#view = engine.open(
      'fileJob',
      { jobId },
      (frame) => {
        this.#frame = frame;
      },
      (error) => {
        this.#frame = { state: 'failed', message: error.message };
      },
    );
  }

  get frame(): FileJobFrame {
    return this.#frame;
  }

  async cancel(): Promise<void> {
    await this.#engine.calls.cancelFileJob({ jobId: this.#jobId });
  }

  close(): void {
    this.#view.close();
  }
}
