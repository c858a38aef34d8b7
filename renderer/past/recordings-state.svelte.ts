import type { DamagedHistory, RecordingSummary, RecordingsFrame } from '../../app/contract-manage';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';
import { toaster } from '../ui/toaster.svelte';

/** All recordings, and a damaged history that could be repaired. */
export class RecordingsState {
  #frame = $state.raw<RecordingsFrame | null>(null);
  #following = false;

  constructor(private readonly engine: EngineClient) {}

  get loaded(): boolean {
    return this.#frame !== null;
  }

  get all(): readonly RecordingSummary[] {
    return this.#frame?.recordings ?? [];
  }

  get damaged(): DamagedHistory | null {
    return this.#frame?.damaged ?? null;
  }

  open(): void {
    if (this.#following) return;
    this.#following = true;
    this.engine.open(
      'recordings',
      {},
      (frame) => {
        this.#frame = frame;
      },
      (error) => {
        this.#following = false;
        toaster.problem(`The list of recordings is not available: ${messageOf(error)}`);
      },
    );
  }

  stop(recordingId: string): void {
    this.#run(this.engine.calls.stopRecording({ recordingId }));
  }

  cancel(recordingId: string): void {
    this.#run(this.engine.calls.cancelRecording({ recordingId }));
  }

  repair(path: string): void {
    this.#run(this.engine.calls.repairHistory({ path }));
  }

  dismissDamage(path: string): void {
    this.#run(this.engine.calls.dismissDamage({ path }));
  }

  /** Deletes a recording and offers to undo it. */
  async delete({ id: recordingId, name }: RecordingSummary): Promise<void> {
    const { undoMs } = await this.engine.calls.deleteRecording({ recordingId });
    toaster.show({
      text: `Recording “${name}” deleted`,
      lastsMs: undoMs,
      action: {
        label: 'Undo',
        run: () => {
          this.#run(this.engine.calls.restoreRecording({ recordingId }));
        },
      },
    });
  }

  #run(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      toaster.problem(messageOf(error));
    });
  }
}
