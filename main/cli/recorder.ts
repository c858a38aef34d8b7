import { dirname } from 'node:path';
import type { ConnectionFailure, ConnectionState } from '../../app/connection';
import type { StatusFrame } from '../../app/contract';
import type { Profile } from '../../app/profile';
import type { AskSecret } from '../../app/secret';
import { Clock } from '../engine/clock';
import type { History } from '../engine/history/history';
import { openHistory } from '../engine/history/sqlite-history';
import type { Surroundings } from '../engine/mqtt/surroundings';
import { ProfileRuntime, type RuntimeOptions } from '../engine/profile-runtime';
import { engineFile } from './places';

/** Why a recording ended. */
export type RecordingEnd = 'count' | 'time' | 'signal' | 'connection';

export interface RecorderOptions {
  readonly profile: Profile;
  readonly secret: AskSecret;
  readonly surroundings: Surroundings;
  /** Certificates (PEM) of authorities that are trusted besides those of the system. */
  readonly authorities: readonly string[];
  /** The history; made when it is missing. */
  readonly file: string;
  /** Stops after so many messages, exactly; null never. */
  readonly count: number | null;
  /** Stops so long after the broker first answered the subscriptions; null never. */
  readonly forMs: number | null;
  /** What the messages may take; the oldest go first. Null: as much as there is. */
  readonly maxBytes: number | null;
  readonly onState: (state: ConnectionState) => void;
}

export interface RecordingSummary {
  readonly end: RecordingEnd;
  /** Messages that arrived; each was either stored or refused. */
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  /** Of the stored ones (and of earlier ones), those removed to stay within the limit. */
  readonly pruned: number;
  /** Gaps noted in the history: interruptions, refused packets, removed messages. */
  readonly gaps: number;
  /** From the first message to the last commit. */
  readonly seconds: number;
  /** Stored messages per second. */
  readonly rate: number;
  /** Why the connection could not be made or kept; null unless `end` is `connection`. */
  readonly failure: ConnectionFailure | null;
}

/** Records one broker into one history until it is told to stop, or one of its limits is reached. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #history: History;
  readonly #runtime: ProfileRuntime;
  readonly #before: StatusFrame;
  readonly #gapsBefore: number;
  readonly #ended: Promise<RecordingEnd>;
  #end: (end: RecordingEnd) => void = () => undefined;
  #isEnding = false;
  #taken = 0;
  /** `done` of messages beyond the count. */
  readonly #heldBack: (() => void)[] = [];
  #disconnected = false;
  #firstMs: number | null = null;
  #lastCommitMs = 0;
  #failure: ConnectionFailure | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** @throws LoupeError when the history cannot be written: `history-in-use`, `history-newer`, `history-unavailable` */
  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#history = openHistory({
      file: options.file,
      threads: dirname(engineFile('history-reader.cjs')),
      program: 'mqtt-loupe record',
    });
    this.#history.describeProfile(options.profile.id, JSON.stringify(options.profile));
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#runtime = new ProfileRuntime({
      profile: options.profile,
      history: this.#history,
      memory: nothingRemembered,
      clock: new Clock(),
      ids: { next: this.#history.nextId },
      secret: options.secret,
      authorities: options.authorities,
      surroundings: options.surroundings,
      maxBytes: options.maxBytes ?? Infinity,
      onState: () => {
        this.#stateChanged(this.#runtime.state);
      },
      onMessage: this.#take,
      onFlushed: () => {
        if (this.status().historyProblem === null) this.#lastCommitMs = performance.now();
      },
    });
    this.#before = this.status();
    this.#gapsBefore = this.#history.gaps();
  }

  /** Resolves when it was stopped, or stopped by itself, and everything is stored and closed. */
  async run(): Promise<RecordingSummary> {
    await this.#runtime.connect();
    const end = await this.#ended;
    clearTimeout(this.#timer);
    const closed = this.#runtime.close();
    this.#letGo();
    await closed;
    // Closing keeps the limit once more: what that removes is counted too.
    await this.#history.close();
    return this.#summary(end);
  }

  stop(end: RecordingEnd): void {
    this.#isEnding = true;
    this.#end(end);
  }

  status(): StatusFrame {
    return this.#runtime.status(performance.now());
  }

  /** What arrived, was stored, was refused since the start. */
  counts(): Pick<RecordingSummary, 'received' | 'stored' | 'refused' | 'pruned'> {
    const now = this.status();
    return {
      received: now.received - this.#before.received,
      stored: now.stored - this.#before.stored,
      refused: now.refused - this.#before.refused,
      pruned: now.pruned - this.#before.pruned,
    };
  }

  readonly #take: Take = (packet, done, receive) => {
    const { count } = this.#options;
    if (count !== null && this.#taken >= count) {
      // Nothing beyond it is taken, and so nothing acknowledged: a broker that keeps a session keeps these.
      if (this.#disconnected) done();
      else this.#heldBack.push(done);
      return;
    }
    this.#firstMs ??= performance.now();
    this.#taken += 1;
    receive(packet, done);
    if (this.#taken !== count) return;
    this.#runtime.upToDate();
    this.stop('count');
  };

  /**
   * After our DISCONNECT, behind which a broker reads nothing any more [MQTT-3.14.4-1]: what was held back only keeps
   * the socket from being read to its end.
   */
  #letGo(): void {
    this.#disconnected = true;
    for (const done of this.#heldBack.splice(0)) done();
  }

  #stateChanged(state: ConnectionState): void {
    if (state.kind === 'connected') this.#connected(state);
    if (state.kind === 'failed') {
      this.#failure = state.failure;
      this.stop('connection');
    }
    // How it ends is told by the summary.
    if (!this.#isEnding) this.#options.onState(state);
  }

  #connected({ subscriptions }: ConnectionState & { readonly kind: 'connected' }): void {
    const { forMs } = this.#options;
    // The broker's answers come with a second state.
    if (subscriptions.length === 0) return;
    if (forMs !== null) {
      this.#timer ??= setTimeout(() => {
        this.stop('time');
      }, forMs);
    }
    if (subscriptions.some(({ granted }) => granted !== null)) return;
    this.#failure = {
      code: 'not-authorised',
      title: 'The broker refused every subscription.',
      advice: subscriptions.map(({ filter, reason }) => `${filter}: ${reason ?? ''}`).join(' '),
      technical: 'SUBACK',
      retryable: false,
    };
    this.stop('connection');
  }

  #summary(end: RecordingEnd): RecordingSummary {
    const counts = this.counts();
    const ms = this.#firstMs === null ? 0 : Math.max(0, this.#lastCommitMs - this.#firstMs);
    return {
      end,
      ...counts,
      gaps: this.#history.gaps() - this.#gapsBefore,
      seconds: Math.round(ms * 1_000) / 1_000_000,
      rate: ms === 0 ? 0 : Math.round((counts.stored * 10_000) / ms) / 10,
      failure: this.#failure,
    };
  }
}

type Take = NonNullable<RuntimeOptions['onMessage']>;

/** Expanded branches and recent publishes belong to a window. */
const nothingRemembered = {
  expansion: () => undefined,
  setExpansion: () => undefined,
  publishes: () => [],
  setPublishes: () => undefined,
  mqttVersion: () => null,
  filters: () => [],
  setFilters: () => undefined,
  setMqttVersion: () => undefined,
};
