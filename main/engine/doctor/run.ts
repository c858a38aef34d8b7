import type { Duplex } from 'node:stream';
import type { DoctorStep, DoctorStepId } from '../../../app/contract-doctor';
import type { Finding } from '../../../app/doctor/finding';
import { isHarmless } from '../../../app/doctor/verdict';
import { mqttFailure } from './mqtt-steps';
import { Redactor } from './redact';
import { StepFailure, technicalOf } from './step-failure';
import { StepLog } from './step-log';

/** The steps of one run, how far they are, and everything that it opened. */
export class Run {
  /** Takes out what may not be shown. */
  readonly redactor = new Redactor();
  readonly #abort = new AbortController();
  readonly #steps: readonly StepLog[];
  readonly #opened: { destroy: () => unknown }[] = [];
  #version = 0;

  constructor(steps: readonly DoctorStepId[]) {
    this.#steps = steps.map(
      (id) =>
        new StepLog(id, () => {
          this.changed();
        }),
    );
  }

  /** Another number: something looks different. */
  get version(): number {
    return this.#version;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  changed(): void {
    this.#version += 1;
  }

  cancel(): void {
    this.#abort.abort(new Error('cancelled'));
  }

  look(): readonly DoctorStep[] {
    return this.#steps.map((step) => step.look());
  }

  keep<T extends Duplex>(stream: T): T {
    this.#opened.push(stream);
    return stream;
  }

  /** Closes everything; what was not done is said to be so. */
  end(): void {
    for (const one of this.#opened) one.destroy();
    for (const step of this.#steps) {
      if (step.status === 'pending' || step.status === 'running') step.end('skipped', '');
    }
  }

  /** Does a step, if this run has it. Throws a `StepFailure` with what its failure means. */
  async step(
    id: DoctorStepId,
    silentKind: 'lookup-failed' | 'unreachable' | 'no-pong' | 'internal',
    work: (log: StepLog) => Promise<void>,
  ): Promise<void> {
    const log = this.#steps.find((step) => step.id === id);
    if (!log) return;
    log.begin();
    try {
      await work(log);
    } catch (error) {
      this.signal.throwIfAborted();
      throw mqttFailure(
        error,
        (technical) => ({ kind: silentKind, technical }),
        (technical) => ({ kind: 'connection-lost', technical }),
      );
    }
  }

  /** A step whose refusal does not stop the rest: then it returns what was found. */
  async tolerant(
    id: DoctorStepId,
    work: (log: StepLog) => Promise<void>,
    silentKind: 'no-suback' | 'no-puback',
    closedKind: 'closed-on-subscribe' | 'closed-on-publish',
  ): Promise<Finding | null> {
    const log = this.#steps.find((step) => step.id === id);
    if (!log) return null;
    log.begin();
    try {
      await work(log);
      return null;
    } catch (error) {
      this.signal.throwIfAborted();
      const failure = mqttFailure(
        error,
        (technical) => ({ kind: silentKind, technical }),
        (technical) => ({ kind: closedKind, technical }),
      );
      if (!isHarmless(failure.finding)) throw failure;
      log.end('warning', failure.summary);
      return failure.finding;
    }
  }

  /** Marks the step that the failure belongs to. */
  failed(error: unknown): Finding {
    const technical = technicalOf(error);
    const failure =
      error instanceof StepFailure ? error : new StepFailure({ kind: 'internal', technical }, '');
    const running = this.#steps.find(({ status }) => status === 'running');
    const named = this.#steps.find(({ id }) => id === failure.step);
    if (named !== undefined && named !== running) running?.end('skipped', '');
    (named ?? running)?.end('failed', failure.summary);
    return failure.finding;
  }
}

/** A layer that is opened once more has nothing new to tell. */
export function silent(): StepLog {
  return new StepLog('tls', () => undefined);
}
