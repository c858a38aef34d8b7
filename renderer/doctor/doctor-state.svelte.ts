import type { DoctorFrame, DoctorParams } from '../../app/contract-doctor';
import type { Profile } from '../../app/profile';
import type { EngineClient, OpenView } from '../../app/rpc/client';
import type { SecretChanges } from '../state/profiles.svelte';

export interface DoctorWish {
  readonly profile: Profile;
  readonly secrets: SecretChanges;
  readonly publishes: boolean;
  readonly usesClientId: boolean;
}

let runs = 0;

/** Test after test of one connection, the last one's frame, and why there is none. */
export class DoctorRuns {
  readonly #engine: EngineClient;
  #view: OpenView<DoctorParams> | null = null;
  #params: DoctorParams | null = null;
  #frame = $state.raw<DoctorFrame | null>(null);
  #problem = $state.raw<string | null>(null);

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  /** Null until the first frame of the last run. */
  get frame(): DoctorFrame | null {
    return this.#frame;
  }

  get problem(): string | null {
    return this.#problem;
  }

  begin({ profile, secrets, publishes, usesClientId }: DoctorWish): void {
    runs += 1;
    this.#frame = null;
    this.#problem = null;
    this.#params = {
      ...{ runId: runs, profile, publishes, usesClientId, isWanted: true },
      secrets: [...secrets].map(([name, value]) => ({ name, value })),
    };
    if (this.#view) this.#view.update(this.#params);
    else this.#view = this.#open(this.#params);
  }

  stop(): void {
    if (this.#params) this.#view?.update({ ...this.#params, isWanted: false });
  }

  close(): void {
    this.#view?.close();
    this.#view = null;
  }

  #open(params: DoctorParams): OpenView<DoctorParams> {
    return this.#engine.open(
      'doctor',
      params,
      (frame) => {
        // The last frame of the run before may still be on its way.
        if (frame.runId === this.#params?.runId) this.#frame = frame;
      },
      (error) => {
        this.#view = null;
        this.#problem = error.message;
      },
    );
  }
}
