import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DraftOrder, JobSchedule, JobState, JobSummary } from '../../../app/contract-desk';
import { textsOf } from '../../../app/desk/draft';
import { hasVariables } from '../../../app/desk/variables';
import { messageOf } from '../../../app/errors';
import type { BulkMessage } from '../mqtt/types';
import { RateMeter } from '../rate-meter';
import { Deliveries } from '../replay/deliveries';
import { ProgressCounters } from '../replay/progress';
import type { ProfileRuntime } from '../profile-runtime';
import type { TargetRuntime } from '../replay/replay-desk';
import type { Composed, Composer } from './composer';
import { namedRow, type CsvRows } from './csv-rows';

/** A profile as a job publishes over it. */
export type PublishingRuntime = TargetRuntime & Pick<ProfileRuntime, 'willComeBack'>;

export interface PublishJobOptions {
  readonly id: number;
  readonly order: DraftOrder;
  readonly schedule: JobSchedule;
  readonly composer: Pick<Composer, 'compose'>;
  readonly runtime: PublishingRuntime;
  /** Of a job that goes row by row; closed when it is over. */
  readonly rows: { readonly file: CsvRows; readonly columns: readonly string[] } | null;
  /** Something changed that a list shows. */
  readonly onChange: () => void;
  readonly onEnd: () => void;
}

/** Where only others' publishes fill the connection, nobody says when there is room again. */
const LOOK_AGAIN_MS = 20;
/** A turn of sending gives way to everything else after so long. */
const TURN_MS = 5;
/** Node's longest timer. */
const MOST_TIMER_MS = 2_147_483_647;

/**
 * Sends a draft again and again, each message when it is due: message N at the start plus N times the interval, however
 * long each took. While there is no connection it waits, and the time that it waited is not made up for.
 */
export class PublishJob {
  readonly #options: PublishJobOptions;
  readonly #rate = new RateMeter(0, performance.now());
  readonly #beganMs = performance.now();
  /** When the first message was due; later by all that the job had to wait. */
  #startMs = this.#beganMs;
  #endedMs: number | null = null;
  #state: JobState = 'running';
  #problem: string | null = null;
  /** Messages that could not be made. */
  #unmade = 0;
  readonly #counters = new ProgressCounters(this.#beganMs);
  readonly #deliveries = new Deliveries(
    this.#counters,
    (topic, payload) => {
      this.#options.runtime.willComeBack(topic, payload);
    },
    () => {
      this.#settled();
    },
  );
  /** Made once where every message is the same. */
  #fixed: Composed | null = null;
  /** Ends what is waited for. */
  #wake: () => void = () => undefined;

  constructor(options: PublishJobOptions) {
    this.#options = options;
  }

  get profileId(): string {
    return this.#options.order.profileId;
  }

  get isOver(): boolean {
    return this.#endedMs !== null;
  }

  start(): void {
    this.#run().then(
      () => {
        this.#end('done');
      },
      (error: unknown) => {
        this.#problem = messageOf(error);
        this.#end('failed');
      },
    );
  }

  stop(): void {
    this.#end('stopped');
  }

  /** To be called when the state of any connection changed. */
  connectionsChanged(): void {
    if (this.isOver) return;
    const { state } = this.#options.runtime;
    const connection = this.#connection();
    if (connection !== null && state.kind === 'connected') this.#deliveries.reconnected(connection);
    this.#wake();
  }

  summary(nowMs: number): JobSummary {
    const { id, order, schedule, runtime } = this.#options;
    const { profile } = runtime;
    const { sent, failed } = this.#counters;
    this.#rate.read(sent, nowMs);
    return {
      ...{ id, profileId: profile.id, profileName: profile.name, topic: order.draft.topic },
      ...{ schedule, state: this.#state },
      ...{ sent: sent - failed, failed: failed + this.#unmade },
      total: schedule.kind === 'repeat' ? schedule.times : null,
      perSecond: this.isOver ? 0 : (this.#rate.perSecond ?? 0),
      elapsedMs: (this.#endedMs ?? nowMs) - this.#beganMs,
      problem: this.#problem,
    };
  }

  async #run(): Promise<void> {
    const { schedule } = this.#options;
    const times = schedule.kind === 'repeat' ? (schedule.times ?? Infinity) : Infinity;
    let turnMs = performance.now();
    for (let index = 0; index < times && !this.isOver; index += 1) {
      const row = await this.#nextRow();
      if (row === null) break;
      await this.#until(index * schedule.everyMs);
      await this.#connected();
      if (this.isOver) return;
      await this.#sendOne(index, row);
      if (performance.now() - turnMs < TURN_MS) continue;
      await nextTurn();
      turnMs = performance.now();
    }
    await this.#allSettled();
  }

  /** The next row of the file, none where there is no file; null behind the last one. */
  async #nextRow(): Promise<{ readonly values: ReadonlyMap<string, string> | null } | null> {
    const { rows } = this.#options;
    if (rows === null) return { values: null };
    const row = await rows.file.next();
    return row === null ? null : { values: namedRow(rows.columns, row) };
  }

  /** Waits until so long after the start; the start moves on by what is waited for the connection. */
  async #until(sinceStartMs: number): Promise<void> {
    for (;;) {
      const leftMs = this.#startMs + sinceStartMs - performance.now();
      if (leftMs <= 0 || this.isOver) return;
      await this.#pause(Math.min(leftMs, MOST_TIMER_MS));
    }
  }

  async #connected(): Promise<void> {
    if (this.#connection() !== null || this.isOver) return;
    const lostMs = performance.now();
    const before = this.#problem;
    this.#state = 'waiting';
    this.#problem = 'Not connected: the job goes on when the connection is back.';
    this.#options.onChange();
    while (this.#connection() === null && !this.isOver) await this.#pause(MOST_TIMER_MS);
    if (this.isOver) return;
    this.#startMs += performance.now() - lostMs;
    this.#state = 'running';
    this.#problem = before;
    this.#options.onChange();
  }

  #connection(): ReturnType<TargetRuntime['openConnection']> {
    const { runtime } = this.#options;
    return runtime.state.kind === 'connected' ? runtime.openConnection() : null;
  }

  async #sendOne(
    index: number,
    { values }: { readonly values: ReadonlyMap<string, string> | null },
  ): Promise<void> {
    const { order } = this.#options;
    const composed = this.#fixed ?? (await this.#compose(index, values));
    const [problem] = composed.problems;
    if (problem !== undefined || composed.payload === null) {
      this.#fail(`Message ${String(index + 1)} was not sent: ${problem?.message ?? ''}`);
      return;
    }
    const { qos, retain } = order.draft;
    const { topic, payload, properties } = composed;
    await this.#hand({ topic, payload, properties, qos, retain });
  }

  async #compose(index: number, row: ReadonlyMap<string, string> | null): Promise<Composed> {
    const { order, composer } = this.#options;
    const answers = new Map(order.answers);
    const composed = await composer.compose(order.profileId, order.draft, {
      counter: (start, step) => start + step * index,
      answer: (name) => answers.get(name) ?? null,
      row,
    });
    const isFixed = !order.draft.variables || !textsOf(order.draft).some(hasVariables);
    if (isFixed) this.#fixed = composed;
    return composed;
  }

  /** Gives a message to the connection as soon as that takes it; what was lost with an earlier one goes first. */
  async #hand(message: BulkMessage): Promise<void> {
    while (!this.isOver) {
      const connection = this.#connection();
      if (connection === null) await this.#connected();
      else if (this.#deliveries.sendAgain(connection) && this.#deliveries.send(connection, message))
        return;
      else await this.#pause(LOOK_AGAIN_MS);
    }
  }

  async #allSettled(): Promise<void> {
    while (!this.#deliveries.isIdle && !this.isOver) {
      const connection = this.#connection();
      if (connection === null) await this.#connected();
      else if (this.#deliveries.sendAgain(connection)) await this.#pause(MOST_TIMER_MS);
      else await this.#pause(LOOK_AGAIN_MS);
    }
  }

  #settled(): void {
    const last = this.#counters.failures.at(-1);
    if (last !== undefined) this.#problem = last.reason;
    this.#wake();
  }

  #fail(why: string): void {
    this.#unmade += 1;
    this.#problem = why;
    this.#options.onChange();
  }

  /** Waits until the time is over, or something changed. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, Math.ceil(ms)));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #end(state: JobState): void {
    if (this.isOver) return;
    this.#state = state;
    this.#endedMs = performance.now();
    this.#wake();
    void this.#options.rows?.file.close();
    this.#options.onEnd();
  }
}
