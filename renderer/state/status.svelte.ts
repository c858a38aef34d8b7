import type { StatusFrame } from '../../app/contract';
import type { EngineClient } from '../../app/rpc/client';

/** The counters of one profile. */
export class StatusState {
  #frame = $state.raw<StatusFrame | null>(null);

  constructor(private readonly engine: EngineClient) {}

  get frame(): StatusFrame | null {
    return this.#frame;
  }

  /** Follows a profile; returns how to stop. */
  follow(profileId: string): () => void {
    const view = this.engine.open(
      'status',
      { profileId },
      (frame) => {
        this.#frame = frame;
      },
      () => {
        // The profile is gone; there is nothing to count any more.
        this.#frame = null;
      },
    );
    return () => {
      view.close();
      this.#frame = null;
    };
  }
}
