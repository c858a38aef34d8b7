import { LoupeError, messageOf } from '../../../app/errors';
import type { QoS } from '../../../app/message';
import { formatCountOf } from '../../../app/payload/format';
import { topicNameProblem } from '../../../app/topic';
import type { BulkMessage } from '../mqtt/types';
import { BulkSender, type BulkTarget } from './bulk-sender';
import { askFor, type Asking } from './ask-broker';
import { asKeptNow } from './list-broker';
import type { OwnConnection } from './own-connection';
import type { RetainedMessage } from './retained-list';
import type { JobOutcome, JobProgress } from './retained-job';
import { isSameMessage } from './same-message';
import type { UndoStore } from './undo-store';

const CONFLICT_EXAMPLES = 5;
const NO_BYTES = new Uint8Array(0);

/** What jobs need of the profile whose broker they are about. */
export interface JobGround {
  readonly profileId: string;
  readonly undo: UndoStore;
  /** A new connection of their own; rejects with `not-connected`. */
  readonly open: (signal: AbortSignal) => Promise<OwnConnection>;
  /** The broker no longer keeps, or keeps again, a message of a topic. */
  readonly mark: (topic: string, retained: boolean) => void;
  /**
   * Lists the broker anew; resolves with the topics when all messages are there. Rejects when it cannot be read.
   * @param known messages whose levels need not be asked for
   */
  readonly relist: (
    filter: string,
    known: readonly RetainedMessage[],
  ) => Promise<ReadonlySet<string>>;
}

export type Conflicts = 'ask' | 'keep' | 'overwrite';

/** Clears listed messages: first what is there now is kept on disk, then it is cleared, then the broker is asked again. */
export async function clearListed(
  ground: JobGround,
  job: JobProgress,
  work: { filter: string; listed: readonly RetainedMessage[]; perSecond: number | null },
): Promise<void> {
  const { filter, listed, perSecond } = work;
  await overOwn(ground, job, async (own) => {
    const kept = await asKeptNow({ own, signal: job.signal }, filter, listed);
    job.is('saving', { total: kept.length, skipped: listed.length - kept.length });
    const undoId = await ground.undo.keep(ground.profileId, filter, kept, job.signal);
    // At QoS 0 nobody would say whether the broker took it.
    const qos: QoS = own.maximumQoS === 0 ? 0 : 1;
    const messages = kept.map(({ topic }) => ({
      ...{ topic, payload: NO_BYTES, qos, retain: true, properties: null },
    }));
    job.is('sending', { undoId });
    await send(job, own, messages, perSecond, ({ topic }) => {
      ground.mark(topic, false);
    });
    // Where nothing was even sent there is nothing to undo.
    if (job.sender?.sent === 0) {
      await ground.undo.remove(ground.profileId, undoId);
      job.is('sending', { undoId: null });
    }
    await verify(ground, job, filter, kept, (there) => ({
      left: kept.filter(({ topic }) => there.has(topic)).length,
    }));
  });
}

/** Publishes cleared messages again, as they were; what somebody else has written since is asked about. */
export async function putBack(
  ground: JobGround,
  job: JobProgress,
  work: { undoId: string; conflicts: Conflicts; perSecond: number | null },
): Promise<void> {
  const { undoId, conflicts, perSecond } = work;
  await overOwn(ground, job, async (own) => {
    const { filter, messages } = await ground.undo.read(ground.profileId, undoId);
    job.is('checking', { total: messages.length });
    const now = await keptUnder({ own, signal: job.signal }, filter, messages);
    const others = messages.filter(({ topic }) => now.get(topic) === 'other');
    if (others.length > 0 && conflicts === 'ask') {
      const conflictTopics = others.slice(0, CONFLICT_EXAMPLES).map(({ topic }) => topic);
      job.is('asks', { conflicts: others.length, conflictTopics });
      return;
    }
    const left = messages.filter(({ topic }) => {
      const kept = now.get(topic);
      return kept === undefined || (kept === 'other' && conflicts === 'overwrite');
    });
    job.is('sending', { total: left.length, skipped: messages.length - left.length });
    const again = left.map((message) => ({ ...message, qos: message.qos ?? 1, retain: true }));
    await send(job, own, again, perSecond, ({ topic }) => {
      ground.mark(topic, true);
    });
    if (!job.wasCancelled) await own.handled(job.signal);
    const isWhole = job.sender?.failed === 0 && job.sender.done === left.length;
    await verify(ground, job, filter, messages, async (there) => {
      const missing = left.filter(({ topic }) => !there.has(topic)).length;
      if (isWhole && missing === 0) await ground.undo.remove(ground.profileId, undoId);
      return { problem: isWhole && missing > 0 ? notKept(missing) : null };
    });
  });
}

function notKept(missing: number): string {
  return `${formatCountOf(missing, 'message was', 'messages were')} sent, but the broker does not keep them. They can be put back once more.`;
}

/** Sends listed messages to another broker. */
export async function copyTo(
  job: JobProgress,
  target: () => BulkTarget | null,
  messages: readonly RetainedMessage[],
  perSecond: number | null,
): Promise<void> {
  job.is('sending', { total: messages.length });
  const copies = messages.map((message) => ({ ...message, qos: message.qos ?? 1, retain: true }));
  await send(job, { get: target }, copies, perSecond, () => undefined);
  job.is(job.wasCancelled ? 'cancelled' : 'done');
}

async function send(
  job: JobProgress,
  target: OwnConnection | { readonly get: () => BulkTarget | null },
  messages: readonly BulkMessage[],
  perSecond: number | null,
  onDone: (message: BulkMessage) => void,
): Promise<void> {
  const get = (): BulkTarget | null => {
    if ('get' in target) return target.get();
    return target.lost === null ? target : null;
  };
  job.sender = new BulkSender({
    ...{ target: get, messages, perSecond, onDone },
    signal: job.signal,
    problemOf: ({ topic }) => topicNameProblem(topic),
    onChange: () => {
      job.is('sending');
    },
  });
  await job.sender.run();
}

/**
 * What the broker says afterwards; a list that cannot be read then is no failure of what was done.
 * @param judge is given the topics that are kept now
 */
async function verify(
  ground: JobGround,
  job: JobProgress,
  filter: string,
  known: readonly RetainedMessage[],
  judge: (there: ReadonlySet<string>) => Partial<JobOutcome> | Promise<Partial<JobOutcome>>,
): Promise<void> {
  job.is('verifying');
  const phase = job.wasCancelled ? 'cancelled' : 'done';
  try {
    job.is(phase, await judge(await ground.relist(filter, known)));
  } catch (error) {
    job.is(phase, { problem: `The broker could not be asked afterwards: ${messageOf(error)}` });
  }
}

/** Of each message's topic, whether the broker keeps it as it was, or something else. */
async function keptUnder(
  asking: Asking,
  filter: string,
  messages: readonly RetainedMessage[],
): Promise<ReadonlyMap<string, 'same' | 'other'>> {
  const before = new Map(messages.map((message) => [message.topic, message]));
  const now = new Map<string, 'same' | 'other'>();
  await askFor(asking, [filter], 0, (message) => {
    const known = before.get(message.topic);
    if (known) now.set(message.topic, isSameMessage(known, message) ? 'same' : 'other');
  });
  return now;
}

async function overOwn(
  ground: JobGround,
  job: JobProgress,
  work: (own: OwnConnection) => Promise<void>,
): Promise<void> {
  let own: OwnConnection | null = null;
  try {
    own = await ground.open(job.signal);
    await work(own);
  } catch (error) {
    if (job.wasCancelled) job.is('cancelled');
    else job.is('failed', { problem: messageOf(error) });
  } finally {
    await own?.close();
  }
}

/** For a broker that is marked as production, whose name was not typed. */
export function notProduction(name: string): LoupeError {
  return new LoupeError(
    'confirmation-needed',
    `“${name}” is marked as production. Type its name to go on.`,
  );
}
