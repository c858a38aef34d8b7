import type { ConnectionFailure, ConnectionState } from '../../../app/connection';
import type { DoctorFrame, DoctorParams } from '../../../app/contract-doctor';
import type { ViewSource } from '../../../app/rpc/server';
import type { AskSecret, SecretName } from '../../../app/secret';
import { Examination } from '../doctor/examination';
import { placeOfProfile, wayOfProfile } from '../doctor/way-of-profile';
import type { Surroundings } from '../mqtt/surroundings';

const INTERVAL_MS = 100;

export interface DoctorSurroundings {
  /** What is stored for a profile. */
  readonly secret: (profileId: string, name: SecretName) => Promise<string | undefined>;
  readonly computer: Surroundings;
  /** How the profile's own connection is; null when it was never opened. */
  readonly state: (profileId: string) => ConnectionState | null;
}

/** The connection doctor: a run begins with the view, another one with another number, and closing breaks it off. */
export class DoctorView implements ViewSource<DoctorParams, DoctorFrame> {
  readonly intervalMs = INTERVAL_MS;
  readonly #surroundings: DoctorSurroundings;
  #examination: Examination;
  #runId: number;
  #seen = -1;

  constructor(surroundings: DoctorSurroundings, params: DoctorParams) {
    this.#surroundings = surroundings;
    this.#runId = params.runId;
    this.#examination = this.#begin(params);
  }

  update(params: DoctorParams): void {
    this.#seen = -1;
    if (!params.isWanted || params.runId !== this.#runId) this.#examination.cancel();
    if (params.runId === this.#runId) return;
    this.#runId = params.runId;
    this.#examination = this.#begin(params);
  }

  next(): DoctorFrame | null {
    const { version, isRunning } = this.#examination;
    // The time of the step that runs goes on.
    if (version === this.#seen && !isRunning) return null;
    this.#seen = version;
    return this.#examination.frame();
  }

  close(): void {
    this.#examination.cancel();
  }

  #begin(params: DoctorParams): Examination {
    const { profile, runId, publishes, usesClientId } = params;
    const examination = new Examination({
      ...{ runId, profile, publishes, usesClientId },
      way: placeOfProfile(profile),
      prepare: (secret) => wayOfProfile(profile, secret, this.#surroundings.computer),
      secret: this.#secretOf(params),
      earlier: failureOf(this.#surroundings.state(profile.id)),
    });
    if (!params.isWanted) examination.cancel();
    return examination;
  }

  /** What was typed counts; null means that it is to be removed. */
  #secretOf({ profile, secrets }: DoctorParams): AskSecret {
    const typed = new Map(secrets.map(({ name, value }) => [name, value]));
    return async (name) => {
      const value = typed.get(name);
      if (value !== undefined) return value ?? undefined;
      return this.#surroundings.secret(profile.id, name);
    };
  }
}

function failureOf(state: ConnectionState | null): ConnectionFailure | null {
  return state?.kind === 'failed' || state?.kind === 'reconnecting' ? state.failure : null;
}
