import type {
  ConnectionsPreview,
  ConnectionsSource,
  FoundConnections,
} from '../../app/contract-move-in';
import { messageOf } from '../../app/errors';
import type { Profile } from '../../app/profile';
import type { EngineClient } from '../../app/rpc/client';

type Read = Extract<ConnectionsPreview, { readonly kind: 'read' }>;

/** One import of connections: where from, what is there, what is chosen of it. */
export class MoveInState {
  readonly #engine: EngineClient;
  #found = $state.raw<readonly FoundConnections[]>([]);
  #source = $state.raw<ConnectionsSource | null>(null);
  #locked = $state.raw<{ readonly wasWrong: boolean } | null>(null);
  #read = $state.raw<Read | null>(null);
  #chosen = $state.raw<ReadonlySet<number>>(new Set());
  #problem = $state.raw<string | null>(null);
  #isBusy = $state.raw(false);

  /** @param source null lets the person choose */
  constructor(engine: EngineClient, source: ConnectionsSource | null) {
    this.#engine = engine;
    if (source === null) void this.#find();
    else void this.look(source);
  }

  /** What was found in the usual places of other programs. */
  get found(): readonly FoundConnections[] {
    return this.#found;
  }

  get source(): ConnectionsSource | null {
    return this.#source;
  }

  /** That a passphrase is needed; null when none is. */
  get locked(): { readonly wasWrong: boolean } | null {
    return this.#locked;
  }

  get read(): Read | null {
    return this.#read;
  }

  get chosen(): ReadonlySet<number> {
    return this.#chosen;
  }

  /** Places in the list of those that can be chosen. */
  readonly choosable = $derived.by(() =>
    (this.#read?.connections ?? []).flatMap(({ problem }, index) =>
      problem === null ? [index] : [],
    ),
  );

  get problem(): string | null {
    return this.#problem;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  async look(source: ConnectionsSource, passphrase: string | null = null): Promise<void> {
    this.#source = source;
    await this.#attempt(async () => {
      const preview = await this.#engine.calls.previewConnections({ from: source, passphrase });
      if (preview.kind === 'locked') {
        this.#locked = preview;
        return;
      }
      this.#locked = null;
      this.#read = preview;
      const wanted = preview.connections.flatMap(({ isWanted }, index) =>
        isWanted ? [index] : [],
      );
      this.#chosen = new Set(wanted);
    });
  }

  async unlock(passphrase: string): Promise<void> {
    if (this.#source !== null) await this.look(this.#source, passphrase);
  }

  /** Goes back to the choice of a source. */
  back(): void {
    this.close();
    this.#source = null;
    this.#locked = null;
    this.#read = null;
    this.#problem = null;
    void this.#find();
  }

  choose(index: number, isChosen: boolean): void {
    const chosen = new Set(this.#chosen);
    if (isChosen) chosen.add(index);
    else chosen.delete(index);
    this.#chosen = chosen;
  }

  chooseAll(isChosen: boolean): void {
    this.#chosen = new Set(isChosen ? this.choosable : []);
  }

  /** The profiles that were made; null when it failed, which is then said. */
  async take(): Promise<readonly Profile[] | null> {
    const read = this.#read;
    if (read === null) return null;
    let made: readonly Profile[] | null = null;
    await this.#attempt(async () => {
      const arg = { previewId: read.previewId, chosen: [...this.#chosen] };
      made = (await this.#engine.calls.importConnections(arg)).profiles;
    });
    return made;
  }

  /** Lets the engine forget what was read, and its secrets. */
  close(): void {
    const { previewId } = this.#read ?? {};
    if (previewId === undefined) return;
    // A preview that is gone already, with the engine, needs no closing.
    this.#engine.calls.closeConnectionsPreview({ previewId }).catch(() => undefined);
  }

  async #find(): Promise<void> {
    await this.#attempt(async () => {
      this.#found = await this.#engine.calls.findConnections();
    });
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.#problem = null;
    this.#isBusy = true;
    try {
      await work();
    } catch (error) {
      this.#problem = messageOf(error);
    } finally {
      this.#isBusy = false;
    }
  }
}
