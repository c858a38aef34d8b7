import type {
  SystemFrame,
  TrafficFrame,
  TrafficKind,
  TrafficParams,
  TrafficSort,
} from '../../app/contract-broker';
import { DEEPEST_LEVEL } from '../../app/contract-broker-schemas';
import { messageOf } from '../../app/errors';
import type { EngineClient, OpenView } from '../../app/rpc/client';

export type BrokerTab = 'system' | 'traffic' | 'retained';

/** What the broker page shows of one profile; it outlives a change of the page. */
export class BrokerState {
  tab = $state.raw<BrokerTab>('system');
  #kind = $state.raw<TrafficKind>('topics');
  #sort = $state.raw<TrafficSort>('messageRate');
  #level = $state.raw(1);
  #system = $state.raw<SystemFrame | null>(null);
  #traffic = $state.raw<TrafficFrame | null>(null);
  #failure = $state.raw<string | null>(null);
  /** The path of the row that the keys act on. */
  active = $state.raw<string | null>(null);
  #view: OpenView<TrafficParams> | null = null;

  constructor(
    private readonly engine: EngineClient,
    readonly profileId: string,
  ) {}

  get kind(): TrafficKind {
    return this.#kind;
  }

  get sort(): TrafficSort {
    return this.#sort;
  }

  get level(): number {
    return this.#level;
  }

  get system(): SystemFrame | null {
    return this.#system;
  }

  /** Of the kind that is chosen; null until it has been worked out. */
  get traffic(): TrafficFrame | null {
    const frame = this.#traffic;
    return frame?.kind === this.#kind ? frame : null;
  }

  /** The newest frame of any kind, for what is the same in all of them. */
  get anyTraffic(): TrafficFrame | null {
    return this.#traffic;
  }

  /** Why the page has nothing to show, in words. */
  get failure(): string | null {
    return this.#failure;
  }

  look(change: { kind?: TrafficKind; sort?: TrafficSort; level?: number }): void {
    this.#kind = change.kind ?? this.#kind;
    this.#sort = change.sort ?? this.#sort;
    this.#level = Math.max(1, Math.min(DEEPEST_LEVEL, change.level ?? this.#level));
    this.#view?.update(this.#params);
  }

  /** Opens what the broker says of itself; returns how to close it. */
  openSystem(): () => void {
    this.#failure = null;
    const { profileId } = this;
    const view = this.engine.open(
      'system',
      { profileId },
      (frame) => {
        this.#system = frame;
      },
      this.#failed,
    );
    return () => {
      view.close();
    };
  }

  /** Opens the traffic; returns how to close it. */
  openTraffic(): () => void {
    this.#failure = null;
    const view = this.engine.open(
      'traffic',
      this.#params,
      (frame) => {
        // The topics are still being gone through: what is known stays until then.
        if (frame.passEndedMs !== null) this.#traffic = frame;
      },
      this.#failed,
    );
    this.#view = view;
    return () => {
      view.close();
      if (this.#view === view) this.#view = null;
    };
  }

  /** Whether a hand aims at a row: the ranking stands still for that. */
  aim(isAimed: boolean): void {
    this.#view?.hold(isAimed);
  }

  get #params(): TrafficParams {
    return {
      profileId: this.profileId,
      kind: this.#kind,
      sort: this.#sort,
      level: this.#level,
    };
  }

  readonly #failed = (error: unknown): void => {
    this.#failure = messageOf(error);
  };
}
