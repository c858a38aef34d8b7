import type { RetainedJob, RetainedJobKind } from '../../../app/contract-retained';
import type { BulkSender } from './bulk-sender';

export type JobOutcome = Pick<
  RetainedJob,
  'total' | 'skipped' | 'conflicts' | 'conflictTopics' | 'left' | 'problem' | 'undoId'
>;

let nextId = 1;

/** How far one job over many retained messages has come, and how it can be ended. */
export class JobProgress {
  readonly id = nextId++;
  readonly #abort = new AbortController();
  readonly #startedMs = performance.now();
  #endedMs: number | null = null;
  #phase: RetainedJob['phase'] = 'checking';
  #outcome: JobOutcome = {
    ...{ total: 0, skipped: 0, conflicts: 0, conflictTopics: [] },
    ...{ left: null, problem: null, undoId: null },
  };
  sender: BulkSender | null = null;

  constructor(
    readonly kind: RetainedJobKind,
    private readonly targetName: string,
    private readonly onChange: () => void,
  ) {}

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isOver(): boolean {
    return this.#endedMs !== null;
  }

  get wasCancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  cancel(): void {
    if (!this.isOver) this.#abort.abort(new Error('cancelled'));
  }

  /** What is known now, and where it is. */
  is(phase: RetainedJob['phase'], outcome: Partial<JobOutcome> = {}): void {
    this.#phase = phase;
    this.#outcome = { ...this.#outcome, ...outcome };
    const isOver = ['done', 'cancelled', 'failed', 'asks'].includes(phase);
    if (isOver) this.#endedMs ??= performance.now();
    this.onChange();
  }

  frame(): RetainedJob {
    const { sender } = this;
    return {
      ...this.#outcome,
      ...{ kind: this.kind, id: this.id, phase: this.#phase, targetName: this.targetName },
      sent: sender?.sent ?? 0,
      done: sender?.done ?? 0,
      failed: sender?.failed ?? 0,
      failures: sender?.failures ?? [],
      elapsedMs: (this.#endedMs ?? performance.now()) - this.#startedMs,
    };
  }
}
