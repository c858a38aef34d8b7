import type { Clock } from './clock';
import type { EngineOptions } from './engine-options';
import type { History } from './history/history';
import type { IngestOptions, MessageIds } from './ingest';
import type { MemoryFile } from './memory-file';
import { plainSurroundings, type Surroundings } from './mqtt/surroundings';
import { ProfileRuntime } from './profile-runtime';
import type { ProfileStore } from './profile-store';
import { RetainedSets } from './retained/retained-sets';
import { UndoStore } from './retained/undo-store';

export interface RuntimesOptions {
  readonly engine: EngineOptions;
  readonly profiles: ProfileStore;
  readonly history: History;
  readonly memory: MemoryFile;
  readonly clock: Clock;
  readonly marksOf: (profileId: string) => NonNullable<IngestOptions['marks']>;
  readonly onState: (runtime: ProfileRuntime) => void;
  readonly onBatch: (
    profileId: string,
    ...batch: Parameters<NonNullable<IngestOptions['onBatch']>>
  ) => void;
}

/** The profiles in use: each with its connection, its tree and what its broker retains. */
export class Runtimes {
  readonly #options: RuntimesOptions;
  readonly #ids: MessageIds;
  readonly #undo: UndoStore;
  readonly #all = new Map<string, ProfileRuntime>();
  readonly #retained = new Map<ProfileRuntime, RetainedSets>();

  constructor(options: RuntimesOptions) {
    this.#options = options;
    this.#ids = { next: options.history.nextId };
    this.#undo = new UndoStore(options.engine.home, options.engine.warn);
  }

  get all(): Iterable<ProfileRuntime> {
    return this.#all.values();
  }

  get surroundings(): Surroundings {
    const { home, systemProxy } = this.#options.engine;
    const plain = plainSurroundings(home);
    return { ...plain, systemProxy: systemProxy ?? plain.systemProxy };
  }

  /** Undefined for a profile that is not in use. */
  find(profileId: string): ProfileRuntime | undefined {
    return this.#all.get(profileId);
  }

  /** A profile, in use from now on. Throws `not-found`. */
  use(profileId: string): ProfileRuntime {
    const known = this.#all.get(profileId);
    if (known) return known;
    const runtime = this.#make(profileId);
    this.#all.set(profileId, runtime);
    void runtime.load().catch((error: unknown) => {
      this.#options.engine.warn(`The stored topics could not be read: ${String(error)}`);
    });
    return runtime;
  }

  /** What its broker retains, as a set. */
  retainedOf(runtime: ProfileRuntime): RetainedSets {
    const known = this.#retained.get(runtime);
    if (known) return known;
    const sets = new RetainedSets({
      ...{ own: runtime, tree: runtime.tree, undo: this.#undo },
      open: (signal) => runtime.openOwn(signal),
    });
    this.#retained.set(runtime, sets);
    return sets;
  }

  /** Ends what a deleted profile had; its history follows. */
  letGo(profileId: string): void {
    const runtime = this.#all.get(profileId);
    if (runtime) this.#retained.get(runtime)?.close();
    if (runtime) this.#retained.delete(runtime);
    void this.#undo.forget(profileId);
    void runtime?.close();
    this.#all.delete(profileId);
  }

  /** Stores everything that has arrived and closes all connections. */
  async close(): Promise<void> {
    for (const sets of this.#retained.values()) sets.close();
    await Promise.all([...this.#all.values()].map((runtime) => runtime.close()));
  }

  #make(profileId: string): ProfileRuntime {
    const { engine, profiles, history, memory, clock, marksOf, onState, onBatch } = this.#options;
    const runtime = new ProfileRuntime({
      ...{ profile: profiles.get(profileId), history, memory, clock, ids: this.#ids },
      ...(engine.historyBytes === undefined ? {} : { maxBytes: engine.historyBytes }),
      secret: (name) => engine.secret(profileId, name),
      surroundings: this.surroundings,
      marks: marksOf(profileId),
      onState: () => {
        onState(runtime);
      },
      onBatch: (batch, nodes) => {
        onBatch(profileId, batch, nodes);
      },
    });
    return runtime;
  }
}
