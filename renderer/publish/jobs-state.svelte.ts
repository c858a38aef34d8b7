import type { DraftOrder, JobSchedule, JobSummary } from '../../app/contract-desk';
import { LoupeError } from '../../app/errors';
import { escapeHidden } from '../../app/payload/escape';
import { formatCount, formatElapsed } from '../../app/payload/format';
import { app } from '../state/app.svelte';
import { deskDialogs } from './desk-dialogs.svelte';

/** The jobs that the engine runs, and the last ones that are over. */
class JobsState {
  #jobs = $state.raw<readonly JobSummary[]>([]);
  /** Those that ended with the engine, which knows nothing of them any more. */
  #lost = $state.raw<readonly JobSummary[]>([]);

  /** The newest first. */
  get jobs(): readonly JobSummary[] {
    return this.#lost.length === 0 ? this.#jobs : [...this.#jobs, ...this.#lost];
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

  /** The engine stopped, and with it all that ran: says so, with how far each job came. */
  engineLost(): void {
    const ended = this.running;
    this.#jobs = [];
    if (ended.length === 0) return;
    this.#lost = [...ended.map(endedWithEngine), ...this.#lost];
    app.toasts.show({
      text: lostWords(ended),
      tone: 'bad',
      // What was being sent does not go on: that must not go unseen.
      lastsMs: null,
      action: {
        label: 'Show the jobs',
        run: () => {
          deskDialogs.open({ kind: 'jobs' });
        },
      },
    });
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
    this.#lost = [];
    void app.attempt(() => app.engine.calls.clearJobs());
  }
}

let endedJobs = 0;

/** With a number of its own: the next engine counts its jobs from 1 again. */
function endedWithEngine(job: JobSummary): JobSummary {
  endedJobs += 1;
  return {
    ...job,
    ...{ id: -endedJobs, state: 'failed', perSecond: 0 },
    problem:
      'It ended because the engine stopped. At least so many were sent; those under way may have arrived, too.',
  };
}

function lostWords(jobs: readonly JobSummary[]): string {
  const [first] = jobs;
  if (!first || jobs.length > 1)
    return `${formatCount(jobs.length)} publish jobs ended because the engine stopped. The list says how far each came.`;
  const { topic, profileName } = first;
  return `The publish job to ${escapeHidden(topic)} on “${profileName}” ended because the engine stopped: ${countWords(first)}.`;
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
