import { existsSync, renameSync } from 'node:fs';
import { LoupeError } from '../../../app/errors';
import { CopyWriter } from './copy-writer';
import { DamagedFile, type DamagedTopic } from './damaged-file';
import type { History } from './history';
import { openHistory } from './sqlite-history';
import { removeHistory, type OnCopied } from './selection-copy';

export interface RepairOptions {
  readonly file: string;
  /** It is there when it is complete, and not before. */
  readonly out: string;
  readonly threads: string;
}

export interface RepairResult {
  readonly messages: number;
  readonly topics: number;
  /** Messages that the file is known to have had and that could not be read; what was in places that cannot even be found is not counted. */
  readonly lost: number;
  /** Places in the file that could not be read. */
  readonly unreadable: number;
  readonly oldestTimeUs: number | null;
  readonly newestTimeUs: number | null;
}

/**
 * Copies what can be read of a damaged history into a new one; the damaged file stays as it is.
 * @param onCopied told how many messages were copied; throws when it is cancelled
 * @throws LoupeError `invalid-argument` when the new file exists, `history-unavailable` when nothing can be read
 */
export async function repairHistory(
  { file, out, threads }: RepairOptions,
  onCopied: OnCopied,
): Promise<RepairResult> {
  if (existsSync(out)) {
    throw new LoupeError(
      'invalid-argument',
      `The repaired history cannot be written: ${out} exists already. Name another file.`,
    );
  }
  const partial = `${out}.partial`;
  removeHistory(partial);
  const damaged = new DamagedFile(file);
  try {
    const history = openHistory({ file: partial, threads, program: 'MQTT Loupe (repairing)' });
    let result: RepairResult;
    try {
      result = await new Repair(damaged, history).run(onCopied);
    } finally {
      await history.close();
    }
    renameSync(partial, out);
    return result;
  } finally {
    damaged.close();
    removeHistory(partial);
  }
}

class Repair {
  readonly #damaged: DamagedFile;
  readonly #history: History;
  readonly #writer: CopyWriter;
  readonly #topics: ReadonlyMap<number, DamagedTopic>;
  /** Session there → session here; those whose row is gone have one for each profile. */
  readonly #sessions = new Map<string, number>();
  /** Session here → its last message. */
  readonly #lastUs = new Map<number, number>();
  #oldestTimeUs = Infinity;
  #newestTimeUs = -Infinity;

  constructor(damaged: DamagedFile, history: History) {
    this.#damaged = damaged;
    this.#history = history;
    this.#writer = new CopyWriter(history);
    this.#topics = damaged.topics();
  }

  async run(onCopied: OnCopied): Promise<RepairResult> {
    for (const { id, settings } of this.#damaged.profiles()) {
      if (settings !== null) this.#history.describeProfile(id, settings);
    }
    for (const unit of this.#damaged.units()) {
      for (const { topicKey, message } of this.#damaged.messagesOf(unit)) {
        const known = this.#topics.get(topicKey);
        const profileId = known?.profileId ?? this.#damaged.profileIdOf(unit);
        const topic = known?.name ?? `unknown-topic/${String(topicKey)}`;
        const session = this.#sessionOf(profileId, message.id, message.timeUs);
        this.#lastUs.set(session, message.timeUs);
        this.#oldestTimeUs = Math.min(this.#oldestTimeUs, message.timeUs);
        this.#newestTimeUs = Math.max(this.#newestTimeUs, message.timeUs);
        if (await this.#writer.add({ profileId, topic, session, message })) {
          await onCopied(this.#writer.messages);
        }
      }
    }
    await this.#writer.flush();
    for (const [session, lastUs] of this.#lastUs) this.#history.endSession(session, lastUs);
    const { messages, topics } = this.#writer;
    const { lost, unreadable } = this.#damaged;
    const [oldestTimeUs, newestTimeUs] =
      messages === 0 ? [null, null] : [this.#oldestTimeUs, this.#newestTimeUs];
    return { messages, topics, lost, unreadable, oldestTimeUs, newestTimeUs };
  }

  #sessionOf(profileId: string, id: number, timeUs: number): number {
    const there = this.#damaged.sessionOf(profileId, id);
    const name = JSON.stringify([profileId, there?.key ?? 0]);
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const session = this.#history.beginSession(profileId, there?.startedUs ?? timeUs);
    this.#sessions.set(name, session);
    return session;
  }
}
