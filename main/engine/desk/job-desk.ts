import type { DraftOrder, JobSchedule, JobSummary } from '../../../app/contract-desk';
import { LoupeError } from '../../../app/errors';
import type { Composer } from './composer';
import { CsvRows } from './csv-rows';
import type { DeskFiles } from './desk-files';
import { refuseProblems } from './refusals';
import { PublishJob, type PublishingRuntime } from './publish-job';

export interface JobDeskOptions {
  readonly composer: Pick<Composer, 'compose'>;
  readonly files: Pick<DeskFiles, 'check'>;
  /** Throws `not-found`, and `history-read-only` for a recorded history. */
  readonly target: (profileId: string) => PublishingRuntime;
  /** What is under way, in words; null when nothing is. */
  readonly onRunning: (words: string | null) => void;
}

export interface JobOrder extends DraftOrder {
  readonly schedule: JobSchedule;
  readonly confirmation: string | null;
}

const MOST_RUNNING = 50;
const MOST_LISTED = 100;
const SHOWN_ROWS = 3;

/** The jobs that publish by themselves: those that run, and the last ones that are over. */
export class JobDesk {
  /** Grows with every change that a view should show. */
  version = 0;
  readonly #options: JobDeskOptions;
  readonly #jobs = new Map<number, PublishJob>();
  #nextId = 1;

  constructor(options: JobDeskOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#running.length > 0;
  }

  /** The newest first. */
  summaries(nowMs: number): readonly JobSummary[] {
    return [...this.#jobs.values()].map((job) => job.summary(nowMs)).reverse();
  }

  /** @throws LoupeError `not-connected`, `confirmation-needed`, `invalid-argument` when the first message cannot be made */
  async start(order: JobOrder): Promise<number> {
    const runtime = this.#target(order);
    if (this.#running.length >= MOST_RUNNING) {
      throw new LoupeError('invalid-argument', '50 jobs run already. Stop some first.');
    }
    const rows = await this.#rows(order.schedule);
    const id = this.#nextId++;
    const job = new PublishJob({
      ...{ id, order, runtime, rows, schedule: order.schedule, composer: this.#options.composer },
      onChange: () => {
        this.version += 1;
      },
      onEnd: () => {
        this.#changed();
      },
    });
    if (rows === null) await this.#tryFirst(order);
    this.#jobs.set(id, job);
    this.#dropOldest();
    job.start();
    this.#changed();
    return id;
  }

  /** What a file begins with. @throws LoupeError when it cannot be used */
  async head(
    path: string,
  ): Promise<{ columns: readonly string[]; rows: ReadonlyArray<readonly string[]> }> {
    this.#options.files.check(path);
    const file = new CsvRows(path);
    try {
      const columns = await file.header();
      const rows: (readonly string[])[] = [];
      for (let count = 0; count < SHOWN_ROWS; count += 1) {
        const row = await file.next();
        if (row === null) break;
        rows.push(row.fields);
      }
      return { columns, rows };
    } finally {
      await file.close();
    }
  }

  stop(jobId: number): void {
    this.#jobs.get(jobId)?.stop();
  }

  /** All, or those of a profile. */
  stopAll(profileId: string | null = null): void {
    for (const job of this.#running)
      if (profileId === null || job.profileId === profileId) job.stop();
  }

  clear(): void {
    for (const [id, job] of this.#jobs) if (job.isOver) this.#jobs.delete(id);
    this.version += 1;
  }

  connectionsChanged(): void {
    for (const job of this.#running) job.connectionsChanged();
  }

  get #running(): readonly PublishJob[] {
    return [...this.#jobs.values()].filter((job) => !job.isOver);
  }

  #target({ profileId, confirmation }: JobOrder): PublishingRuntime {
    const runtime = this.#options.target(profileId);
    const { name, production } = runtime.profile;
    if (runtime.state.kind !== 'connected') {
      throw new LoupeError('not-connected', `“${name}” is not connected. Connect it first.`);
    }
    if (!production || confirmation === name) return runtime;
    throw new LoupeError(
      'confirmation-needed',
      `“${name}” is marked as production. Type its name to publish to it again and again.`,
    );
  }

  async #rows(
    schedule: JobSchedule,
  ): Promise<{ file: CsvRows; columns: readonly string[] } | null> {
    if (schedule.kind !== 'rows') return null;
    this.#options.files.check(schedule.path);
    const file = new CsvRows(schedule.path);
    try {
      return { file, columns: await file.header() };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** What cannot be sent once is not tried again and again. */
  async #tryFirst({ profileId, draft, answers }: JobOrder): Promise<void> {
    const known = new Map(answers);
    const { problems } = await this.#options.composer.compose(profileId, draft, {
      counter: (start) => start,
      answer: (name) => known.get(name) ?? null,
      row: null,
    });
    refuseProblems(problems);
  }

  #dropOldest(): void {
    for (const [id, job] of this.#jobs) {
      if (this.#jobs.size <= MOST_LISTED) return;
      if (job.isOver) this.#jobs.delete(id);
    }
  }

  #changed(): void {
    this.version += 1;
    this.#options.onRunning(wordsOf(this.#running.length));
  }
}

function wordsOf(running: number): string | null {
  if (running === 0) return null;
  return running === 1
    ? 'A publish job is running.'
    : `${String(running)} publish jobs are running.`;
}
