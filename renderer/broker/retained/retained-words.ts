import type { ListingState, RetainedFrame, RetainedJob } from '../../../app/contract-retained';
import { formatBytes, formatCount, formatCountOf, formatTime } from '../../../app/payload/format';

/** How far the list has come, in words. */
export function listingWords(frame: RetainedFrame): string {
  const { listing, all, bytes, total } = frame;
  const amount = `${formatCountOf(all, 'message', 'messages')}, ${formatBytes(bytes)}`;
  const shown = total === all ? '' : `${formatCount(total)} shown of `;
  switch (listing.kind) {
    case 'none':
      return '';
    case 'running':
      return `${STEPS[listing.step]} ${amount}`;
    case 'done':
      return `${shown}${amount}, as the broker had them at ${formatTime(listing.endedMs).slice(0, 8)}`;
    case 'failed':
      return '';
  }
}

const STEPS: Record<Extract<ListingState, { kind: 'running' }>['step'], string> = {
  connecting: 'Asking the broker over a connection of its own…',
  receiving: 'The broker is sending…',
  levels: 'Asking at which QoS they are kept…',
};

export const JOB_TITLES: Record<RetainedJob['kind'], string> = {
  clear: 'Clearing',
  undo: 'Putting back',
  copy: 'Copying',
};

/** What a job is at, or how it ended. */
export function jobWords(job: RetainedJob): string {
  const { kind, phase, done, total, targetName } = job;
  const count = `${formatCount(done)} of ${formatCountOf(total, 'message', 'messages')}`;
  switch (phase) {
    case 'checking':
      return 'Asking the broker what is there now…';
    case 'saving':
      return 'Keeping what is to be cleared, for undo…';
    case 'sending':
      return `${JOB_TITLES[kind]}: ${count}`;
    case 'verifying':
      return 'Asking the broker whether it is so…';
    case 'done':
      return `${DONE[kind]} ${count}${kind === 'copy' ? ` to ${targetName}` : ''}`;
    case 'cancelled':
      return `Cancelled: ${DONE[kind].toLowerCase()} ${count}`;
    case 'failed':
      return `Not finished: ${DONE[kind].toLowerCase()} ${count}`;
    case 'asks':
      return `${formatCountOf(job.conflicts, 'topic has', 'topics have')} got another message since. Nothing was sent yet.`;
  }
}

const DONE: Record<RetainedJob['kind'], string> = {
  clear: 'Cleared',
  undo: 'Put back',
  copy: 'Copied',
};

/** What else there is to say of a job, each in a few words. */
export function jobNotes(job: RetainedJob): string[] {
  const notes: string[] = [];
  if (job.skipped > 0) notes.push(`${formatCount(job.skipped)} ${SKIPPED[job.kind]}`);
  if (job.left === 0) notes.push('the broker keeps none of them any more');
  if (job.left !== null && job.left > 0)
    notes.push(`the broker still keeps ${formatCountOf(job.left, 'of them', 'of them')}`);
  return notes;
}

const SKIPPED: Record<RetainedJob['kind'], string> = {
  clear: 'were gone already',
  undo: 'left as they are',
  copy: 'left out',
};
