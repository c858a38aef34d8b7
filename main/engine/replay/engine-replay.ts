import type { Selection } from '../../../app/selection';
import type { Archives } from '../archives';
import { Echoes } from '../echoes';
import { FLAG_REPLAYED, type History } from '../history/history';
import { readOnlyError } from '../history/archived-history';
import type { ProfileRuntime } from '../profile-runtime';
import { isSameBroker } from '../same-broker';
import type { SourcePlace } from './message-source';
import { ReplayDesk } from './replay-desk';

export interface EngineReplayOptions {
  readonly history: History;
  readonly historyFile: string;
  /** Folder of the bundles of the threads; the engine's own unless told. */
  readonly threads: string | undefined;
  readonly archives: Pick<Archives, 'sourceOf'>;
  readonly runtime: (profileId: string) => ProfileRuntime;
  readonly onReplay: ((words: string | null) => void) | undefined;
}

/** The replay among the profiles of an engine: where their pasts are, and who gets back what is sent. */
export class EngineReplay {
  readonly desk: ReplayDesk;
  readonly #options: EngineReplayOptions;
  readonly #echoes = new Map<string, Echoes>();
  #connected: readonly ProfileRuntime[] = [];

  constructor(options: EngineReplayOptions) {
    this.#options = options;
    this.desk = new ReplayDesk({
      threads: options.threads ?? import.meta.dirname,
      place: (selection) => this.#place(selection),
      target: (profileId) => {
        const runtime = options.runtime(profileId);
        if (runtime.isArchived) throw readOnlyError('Nothing can be replayed to it');
        return runtime;
      },
      onSend: (target, topic, payload) => {
        for (const { profile } of this.#connected) {
          if (isSameBroker(profile, target)) this.echoesOf(profile.id).expect(topic, payload);
        }
      },
      onRunning: (words) => options.onReplay?.(words),
    });
  }

  echoesOf(profileId: string): Echoes {
    const known = this.#echoes.get(profileId) ?? new Echoes(FLAG_REPLAYED);
    this.#echoes.set(profileId, known);
    return known;
  }

  connectionsChanged(runtimes: Iterable<ProfileRuntime>): void {
    this.#connected = [...runtimes].filter(
      ({ state, profile }) => state.kind === 'connected' && profile.subscriptions.length > 0,
    );
    this.desk.connectionsChanged();
  }

  async #place(selection: Selection): Promise<SourcePlace> {
    const recorded = this.#options.archives.sourceOf(selection.profileId);
    if (recorded) {
      const { file, profileId } = recorded;
      return { kind: 'history', file, selection: { ...selection, profileId } };
    }
    // What arrived until now belongs to it.
    this.#options.runtime(selection.profileId).upToDate();
    await this.#options.history.settled();
    return { kind: 'history', file: this.#options.historyFile, selection };
  }
}
