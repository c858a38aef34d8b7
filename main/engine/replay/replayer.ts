import type { ReplayPhase, ReplayProgress } from '../../../app/contract-replay';
import { messageOf } from '../../../app/errors';
import { Rules, type ReplayRules } from '../../../app/replay/rules';
import { Schedule, type ReplaySpeed } from '../../../app/replay/schedule';
import type { Connection } from '../mqtt/types';
import { Deliveries, type Delivery } from './deliveries';
import { MessageQueue } from './message-queue';
import { ProgressCounters } from './progress';
import type { SourceReader } from './source-reader';
import { SendTimer } from './send-timer';

export interface ReplayerOptions {
  /** Closed by its owner. */
  readonly reader: Pick<SourceReader, 'read' | 'taken'>;
  readonly rules: ReplayRules;
  readonly speed: ReplaySpeed;
  readonly maxPauseMs: number | null;
  /** Null is endlessly. */
  readonly loops: number | null;
  readonly fromUs: number | null;
  readonly toUs: number | null;
  /** The open connection to the target; null while there is none. */
  readonly connection: () => Connection | null;
  /** Before a message goes: so that it is known when the broker sends it back. */
  readonly onSend: (topic: string, payload: Uint8Array) => void;
  /** It ended: done, stopped or failed. */
  readonly onEnd: () => void;
}

/** A turn of sending gives way to everything else after so long. */
const TURN_MS = 5;
/** The clock is looked at after so many messages. */
const TURN_MESSAGES = 32;
/** Where only others' publishes fill the window, nobody says when there is room again. */
const LOOK_AGAIN_MS = 20;

/** Sends what a source has to a broker, each message when it is due. */
export class Replayer {
  readonly #options: ReplayerOptions;
  readonly #rules: Rules;
  readonly #schedule: Schedule;
  readonly #queue: MessageQueue;
  readonly #counters: ProgressCounters;
  readonly #deliveries: Deliveries;
  readonly #timer = new SendTimer(() => {
    this.#pump();
  });
  #startedMs = performance.now();
  #endedMs: number | null = null;
  #phase: ReplayPhase = 'playing';
  /** The person paused it, also while the connection is lost. */
  #wantsPause = false;
  /** The next message goes when it is there. */
  #wantsStep = false;
  /** Whether all that was read was sent from its beginning on. */
  isStraight = true;
  #stillSinceMs: number | null = null;
  #problem: string | null = null;
  #pumping = false;

  constructor(options: ReplayerOptions) {
    this.#options = options;
    this.#rules = new Rules(options.rules);
    const { speed, maxPauseMs } = options;
    this.#schedule = new Schedule({
      speed,
      maxPauseUs: maxPauseMs === null ? null : maxPauseMs * 1_000,
    });
    this.#queue = new MessageQueue(() => {
      options.reader.taken();
    });
    this.#counters = new ProgressCounters(this.#startedMs);
    this.#deliveries = new Deliveries(this.#counters, options.onSend, () => {
      if (!this.#pumping) this.#settled();
    });
  }

  start(): void {
    this.#startedMs = performance.now();
    this.#read(this.#options.fromUs);
  }

  get isOver(): boolean {
    return this.#endedMs !== null;
  }

  /** Messages that wait for their acknowledgement. */
  get unacknowledged(): number {
    return this.#deliveries.underWay;
  }

  progress(nowMs: number): Omit<ReplayProgress, 'targetId' | 'targetName' | 'total'> {
    return {
      ...this.#counters.snapshot(nowMs, this.#phase),
      problem: this.#problem,
      elapsedMs: (this.#endedMs ?? nowMs) - this.#startedMs,
    };
  }

  pause(): void {
    if (this.isOver) return;
    this.#wantsPause = true;
    this.#hold('paused');
  }

  resume(): void {
    if (this.isOver) return;
    this.#wantsPause = false;
    this.#goOn();
  }

  /** Sends the next message and stays paused. */
  step(): void {
    if (this.isOver || this.#options.connection() === null) return;
    this.pause();
    const timeUs = this.#queue.nextTimeUs;
    this.#wantsStep = timeUs === null;
    if (timeUs === null || !this.#send()) return;
    this.#schedule.jump(timeUs, performance.now());
    this.#stillSinceMs = performance.now();
    this.#counters.positionUs = timeUs;
    this.#endOfRound();
  }

  seek(timeUs: number): void {
    if (this.isOver) return;
    this.isStraight = false;
    this.#counters.positionUs = timeUs;
    this.#read(timeUs);
  }

  setSpeed(speed: ReplaySpeed): void {
    this.#schedule.setSpeed(speed, this.#stillSinceMs ?? performance.now());
    this.#timer.soon();
  }

  stop(): void {
    this.#end('stopped');
  }

  /** To be called when the state of the target's connection changed. */
  connectionChanged(problem: string): void {
    if (this.isOver) return;
    const connection = this.#options.connection();
    if (connection === null) {
      this.#problem = problem;
      this.#hold('interrupted');
      return;
    }
    if (this.#phase !== 'interrupted') return;
    this.#problem = null;
    this.#deliveries.reconnected(connection);
    if (this.#wantsPause) this.#hold('paused');
    else this.#goOn();
  }

  /** There is room for more, or the last one was acknowledged. */
  #settled(): void {
    if (this.#phase === 'playing' && this.#queue.nextTimeUs !== null) this.#timer.soon();
    else this.#endOfRound();
  }

  #goOn(): void {
    if (this.#options.connection() === null) return;
    if (this.#stillSinceMs !== null) this.#schedule.shift(performance.now() - this.#stillSinceMs);
    this.#stillSinceMs = null;
    this.#phase = 'playing';
    this.#timer.soon();
  }

  #hold(phase: 'paused' | 'interrupted'): void {
    this.#phase = phase === 'paused' && this.#options.connection() === null ? 'interrupted' : phase;
    this.#stillSinceMs ??= performance.now();
    this.#timer.clear();
  }

  #read(fromUs: number | null): void {
    const { reader, rules, toUs } = this.#options;
    this.#queue.clear();
    this.#schedule.restart();
    if (this.#stillSinceMs !== null) this.#stillSinceMs = performance.now();
    reader.read(
      { rules, fromUs, toUs },
      {
        onChunk: (chunk) => {
          this.#counters.failed += chunk.invalid;
          for (const { topic, reason } of chunk.failures) this.#counters.nameFailure(topic, reason);
          this.#queue.push(chunk);
          this.#endOfRound();
          if (this.#phase === 'playing') this.#timer.soon();
          else if (this.#wantsStep) this.step();
        },
        onFailed: (error) => {
          this.#problem = messageOf(error);
          this.#end('failed');
        },
      },
    );
  }

  /** Sends what is due, for a turn; then says when it is to be called again. */
  #pump(): void {
    if (this.#phase !== 'playing') return;
    const beganMs = performance.now();
    this.#pumping = true;
    try {
      if (this.#deliveries.sendAgain(this.#options.connection())) this.#sendDue(beganMs);
      else this.#timer.after(LOOK_AGAIN_MS);
    } finally {
      this.#pumping = false;
    }
    this.#endOfRound();
  }

  #sendDue(beganMs: number): void {
    let nowMs = beganMs;
    for (let sent = 1; ; sent += 1) {
      const timeUs = this.#queue.nextTimeUs;
      // The next chunk, or the last acknowledgement, goes on.
      if (timeUs === null) return;
      const dueMs = this.#schedule.dueMs(timeUs, nowMs);
      if (dueMs > nowMs) nowMs = performance.now();
      if (dueMs > nowMs) {
        this.#timer.at(dueMs, nowMs);
        return;
      }
      if (!this.#send()) {
        this.#timer.after(LOOK_AGAIN_MS);
        return;
      }
      this.#schedule.plan(timeUs, nowMs);
      this.#counters.positionUs = timeUs;
      this.#counters.late(nowMs - dueMs);
      if (sent % TURN_MESSAGES !== 0) continue;
      nowMs = performance.now();
      if (nowMs - beganMs < TURN_MS) continue;
      this.#timer.soon();
      return;
    }
  }

  /** False when the connection takes no more now. */
  #send(): boolean {
    const connection = this.#options.connection();
    const next = this.#queue.next();
    if (connection === null || next === null) return false;
    const timeUs = this.#queue.nextTimeUs ?? 0;
    const delivery: Delivery = this.#rules.shiftsTimes
      ? { ...next, payload: this.#shifted(next.payload, timeUs) }
      : next;
    if (!this.#deliveries.send(connection, delivery)) return false;
    this.#queue.take();
    return true;
  }

  #shifted(payload: Uint8Array, timeUs: number): Uint8Array {
    return this.#rules.shifted(payload, Date.now() * 1_000 - timeUs).payload;
  }

  /** After the last message: the next round, or the end when everything is acknowledged. */
  #endOfRound(): void {
    if (this.isOver || !this.#queue.isOver) return;
    const { loops, fromUs } = this.#options;
    if (loops === null || this.#counters.loopsDone + 1 < loops) {
      this.#counters.loopsDone += 1;
      this.#read(fromUs);
    } else if (this.#deliveries.isIdle) {
      this.#counters.loopsDone += 1;
      this.#end('done');
    }
  }

  #end(phase: 'done' | 'stopped' | 'failed'): void {
    if (this.isOver) return;
    this.#phase = phase;
    this.#endedMs = performance.now();
    this.#timer.clear();
    this.#queue.clear();
    this.#options.onEnd();
  }
}
