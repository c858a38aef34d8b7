import { renameSync, rmSync } from 'node:fs';
import type { Selection } from '../../../app/selection';
import type { Archive, SessionInfo } from './archive';
import { CopyWriter } from './copy-writer';
import type { History } from './history';
import { openArchive } from './sqlite-archive';
import { openHistory } from './sqlite-history';

/** What a copy holds when it is complete. */
export interface CopyResult {
  readonly messages: number;
  readonly topics: number;
  readonly oldestTimeUs: number | null;
  readonly newestTimeUs: number | null;
}

export interface CopyOptions {
  readonly file: string;
  /** It is there when it is complete, and not before. */
  readonly out: string;
  readonly selection: Selection;
  /** JSON of the profile, as `describeProfile` takes it. */
  readonly settings: string;
  readonly threads: string;
  /** How many messages it will be, for the progress; 0 when it is not known. */
  readonly expected: number;
}

/** Told after each batch; throws when it is cancelled. */
export type OnCopied = (messages: number) => Promise<void>;

/**
 * Copies a part of a history into one of its own, exactly: ids, times, flags, properties and payloads, the sessions and
 * their gaps.
 * @throws LoupeError as `openArchive` and `History.append`
 */
export async function copySelection(options: CopyOptions, onCopied: OnCopied): Promise<CopyResult> {
  const partial = `${options.out}.partial`;
  removeHistory(partial);
  try {
    const result = await copyInto(partial, options, onCopied);
    renameSync(partial, options.out);
    removeHistory(partial);
    return result;
  } catch (error) {
    removeHistory(partial);
    throw error;
  }
}

/** A history's file with all that stands beside it. */
export function removeHistory(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-writer', '-writer-journal']) {
    rmSync(file + suffix, { force: true });
  }
}

async function copyInto(
  file: string,
  { file: source, selection, settings, threads }: CopyOptions,
  onCopied: OnCopied,
): Promise<CopyResult> {
  const archive = openArchive(source);
  const history = openHistory({ file, threads, program: 'MQTT Loupe (copying)' });
  try {
    history.describeProfile(selection.profileId, settings);
    const copy = new PartCopy(archive, history, selection);
    return await copy.run(onCopied);
  } finally {
    archive.close();
    await history.close();
  }
}

class PartCopy {
  readonly #archive: Archive;
  readonly #history: History;
  readonly #selection: Selection;
  readonly #writer: CopyWriter;
  readonly #sessions: ReadonlyMap<number, SessionInfo>;
  /** Session there → session here. */
  readonly #begun = new Map<number, number>();
  #oldestTimeUs = Infinity;
  #newestTimeUs = -Infinity;

  constructor(archive: Archive, history: History, selection: Selection) {
    this.#archive = archive;
    this.#history = history;
    this.#selection = selection;
    this.#writer = new CopyWriter(history);
    this.#sessions = new Map(archive.info().sessions.map((session) => [session.key, session]));
  }

  async run(onCopied: OnCopied): Promise<CopyResult> {
    const { profileId, filters, fromUs, toUs, sessionKey, matching } = this.#selection;
    const messages = this.#archive.messages({
      profileId,
      filters,
      fromUs,
      toUs,
      matching,
      text: null,
      accepts: sessionKey === null ? null : ({ session }) => session === sessionKey,
      limit: Infinity,
      newestFirst: false,
    });
    for (const message of messages) {
      const session = this.#sessionOf(message.session, message.timeUs);
      const { topic, timeUs } = message;
      if (await this.#writer.add({ profileId, topic, session, message })) {
        await onCopied(this.#writer.messages);
      }
      this.#oldestTimeUs = Math.min(this.#oldestTimeUs, timeUs);
      this.#newestTimeUs = Math.max(this.#newestTimeUs, timeUs);
    }
    await this.#writer.flush();
    this.#endSessions();
    const isEmpty = this.#writer.messages === 0;
    return {
      messages: this.#writer.messages,
      topics: this.#writer.topics,
      oldestTimeUs: isEmpty ? null : this.#oldestTimeUs,
      newestTimeUs: isEmpty ? null : this.#newestTimeUs,
    };
  }

  #sessionOf(there: number, timeUs: number): number {
    const known = this.#begun.get(there);
    if (known !== undefined) return known;
    const { profileId } = this.#selection;
    const startedUs = this.#sessions.get(there)?.startedUs ?? timeUs;
    const session = this.#history.beginSession(profileId, startedUs);
    this.#begun.set(there, session);
    return session;
  }

  /** What was missing there is missing here. */
  #endSessions(): void {
    const fromUs = this.#selection.fromUs ?? -Infinity;
    const toUs = this.#selection.toUs ?? Infinity;
    for (const { session: there, ...gap } of this.#archive.gaps()) {
      const session = this.#begun.get(there);
      if (session === undefined || gap.toUs < fromUs || gap.fromUs > toUs) continue;
      this.#history.recordGap(session, gap);
    }
    for (const [there, session] of this.#begun) {
      const { endedUs, lastTimeUs } = this.#sessions.get(there) ?? {};
      this.#history.endSession(session, endedUs ?? lastTimeUs ?? this.#newestTimeUs);
    }
  }
}
