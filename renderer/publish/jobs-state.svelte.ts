import type { DraftOrder, JobSchedule, JobSummary } from '../../app/contract-desk';
import { LoupeError } from '../../app/errors';
import { formatCount, formatElapsed } from '../../app/payload/format';
import { app } from '../state/app.svelte';

/** The jobs that the engine runs, and the last ones that are over. */
class JobsState {
  #jobs = $state.raw<readonly JobSummary[]>([]);

  /** The newest first. */
  get jobs(): readonly JobSummary[] {
    return this.#jobs;
  }

  get running(): readonly JobSummary[] {
    return this.#jobs.filter(isRunning);
  }

  /** Follows the engine's jobs; returns how to end it. */
  follow(): () => void {
    const view = app.engine.open(
      'jobs',
      {},
      (frame) => {
        this.#jobs = frame.jobs;
      },
      (error) => {
        app.toasts.problem(error.message);
      },
    );
    return () => {
      view.close();
    };
  }

  /**
   * Begins a job. `confirm` when the name of a production connection has to be typed first.
   * @throws LoupeError
   */
  async start(
    order: DraftOrder & { readonly schedule: JobSchedule; readonly confirmation: string | null },
  ): Promise<'started' | 'confirm'> {
    try {
      await app.engine.calls.startJob(order);
      return 'started';
    } catch (error) {
      if (error instanceof LoupeError && error.code === 'confirmation-needed') return 'confirm';
      throw error;
    }
  }

  stop({ id }: JobSummary): void {
    void app.attempt(() => app.engine.calls.stopJob({ jobId: id }));
  }

  stopAll(): void {
    void app.attempt(() => app.engine.calls.stopJobs());
  }

  clear(): void {
    void app.attempt(() => app.engine.calls.clearJobs());
  }
}

export const jobsState = new JobsState();

export function isRunning({ state }: JobSummary): boolean {
  return state === 'running' || state === 'waiting';
}

const STATES: Readonly<Record<JobSummary['state'], string>> = {
  running: 'running',
  waiting: 'waiting for the connection',
  done: 'done',
  stopped: 'stopped',
  failed: 'failed',
};

export function jobStateWords({ state }: JobSummary): string {
  return STATES[state];
}

/** `every 500 ms, 100 times`. */
export function scheduleWords(schedule: JobSchedule): string {
  const every = schedule.everyMs === 0 ? 'at once' : `every ${formatElapsed(schedule.everyMs)}`;
  if (schedule.kind === 'rows')
    return `rows of ${schedule.path.replace(/^.*[/\\]/u, '')}, ${every}`;
  return schedule.times === null
    ? `${every}, until stopped`
    : `${every}, ${formatCount(schedule.times)} times`;
}

/** `120 of 1,000 sent`. */
export function countWords({ sent, failed, total }: JobSummary): string {
  const of = total === null ? '' : ` of ${formatCount(total)}`;
  return `${formatCount(sent)}${of} sent${failed === 0 ? '' : `, ${formatCount(failed)} failed`}`;
}
