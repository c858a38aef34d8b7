import type { PastFrame } from '../../app/contract-manage';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';

/** A profile's sessions and what is being deleted of it, while its page is shown. */
export class PastState {
  #frame = $state.raw<PastFrame | null>(null);
  #problem = $state.raw<string | null>(null);

  constructor(private readonly engine: EngineClient) {}

  get frame(): PastFrame | null {
    return this.#frame;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** Follows a profile; returns how to stop. */
  follow(profileId: string): () => void {
    this.#frame = null;
    this.#problem = null;
    const view = this.engine.open(
      'past',
      { profileId },
      (frame) => {
        this.#frame = frame;
      },
      (error) => {
        this.#problem = messageOf(error);
      },
    );
    return () => {
      view.close();
    };
  }
}
