import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type {
  ActiveRecording,
  RecordingState,
  RecordingSummary,
} from '../../../app/contract-manage';
import { LoupeError, messageOf } from '../../../app/errors';
import { MAX_NAME_LENGTH, type Profile } from '../../../app/profile';
import type { Selection } from '../../../app/selection';
import type { History, MessageBatch } from '../history/history';
import { startJob } from '../history/jobs';
import { openHistory } from '../history/sqlite-history';
import { Copies } from './copies';
import { HandRecording } from './hand-recording';
import { heal } from './heal';
import { findRecordings, RecordingFile, type RecordingNotes } from './recording-file';

export interface RecordingsOptions {
  /** The data folder. */
  readonly home: string;
  /** Folder of the bundles of the history's threads. */
  readonly threads: string;
  readonly nowUs: () => number;
  readonly warn: (message: string) => void;
  /** The list looks different. */
  readonly onChange: () => void;
  /** A recording goes: whoever has it open lets go of it. */
  readonly onDelete: (path: string) => Promise<void>;
}

/** How long a deleted recording can be brought back. */
const UNDO_MS = 12_000;

/** Where a part of the past is copied from. */
export interface CopySource {
  readonly file: string;
  readonly selection: Selection;
  readonly profile: Profile;
  /** How many messages that is. */
  readonly expected: number;
}

/** What a person recorded on purpose: each a history of its own, exempt from every limit. */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #folder: string;
  readonly #files: Map<string, RecordingFile>;
  readonly #byHand = new Map<string, HandRecording>();
  readonly #copies: Copies;
  readonly #undoTimers = new Map<string, NodeJS.Timeout>();
  /** Those that a crash cut off are closed properly, in the background. */
  #healing: Promise<void>;

  constructor(options: RecordingsOptions) {
    this.#options = options;
    this.#folder = join(options.home, 'recordings');
    this.#copies = new Copies({
      ...options,
      nowMs: () => this.#nowMs(),
      onGone: (recordingId) => this.#files.delete(recordingId),
    });
    const files = this.#find();
    for (const file of files) if (file.notes.deleted) file.remove();
    this.#files = new Map(
      files.filter(({ notes }) => !notes.deleted).map((file) => [file.id, file]),
    );
    this.#healing = this.#heal();
  }

  /** The newest first. */
  get summaries(): readonly RecordingSummary[] {
    return [...this.#files.values()]
      .filter(({ notes }) => !notes.deleted)
      .map((file) => this.#summaryOf(file))
      .sort((one, other) => other.startedMs - one.startedMs);
  }

  /** What a file goes by; null when it is no recording. */
  nameOf(path: string): string | null {
    const file = [...this.#files.values()].find((one) => one.path === path);
    return file?.notes.name ?? null;
  }

  /** The recording that is being made of a profile. */
  activeOf(profileId: string): ActiveRecording | null {
    const file = this.#activeFile(profileId);
    const recording = file && this.#byHand.get(file.id);
    if (!file || !recording) return null;
    const { messages, problem } = recording;
    return { id: file.id, startedMs: file.notes.startedMs, messages, problem };
  }

  /** Begins to record a profile. @throws LoupeError `invalid-argument` when it is being recorded already */
  start(profile: Profile, filters: readonly string[], name: string, isConnected: boolean): string {
    if (this.#activeFile(profile.id)) {
      const words = `“${profile.name}” is being recorded already: stop that recording first.`;
      throw new LoupeError('invalid-argument', words);
    }
    const file = this.#create('by-hand', profile, { filters: [...filters], name });
    const history = this.#begin(file);
    history.describeProfile(profile.id, JSON.stringify(profile));
    const { nowUs } = this.#options;
    const options = { history, profileId: profile.id, filters, nowUs, isConnected };
    this.#byHand.set(file.id, new HandRecording(options));
    this.#options.onChange();
    return file.id;
  }

  /** A batch of a profile, as it is given to the history. */
  take(profileId: string, batch: MessageBatch, topicAt: (index: number) => string): void {
    if (this.#byHand.size === 0) return;
    const file = this.#activeFile(profileId);
    if (file) this.#byHand.get(file.id)?.take(batch, topicAt);
  }

  connectionChanged(profileId: string, isConnected: boolean): void {
    const file = this.#activeFile(profileId);
    if (file) this.#byHand.get(file.id)?.connected(isConnected);
  }

  async stop(recordingId: string): Promise<void> {
    const recording = this.#byHand.get(recordingId);
    if (!recording) return;
    this.#byHand.delete(recordingId);
    await recording.stop();
    const { messages, topics, oldestTimeUs, newestTimeUs, problem } = recording;
    const endedMs = this.#nowMs();
    const known = { endedMs, messages, topics, oldestTimeUs, newestTimeUs, problem };
    this.#files.get(recordingId)?.change(known);
    this.#options.onChange();
  }

  /** Stops what is recorded of a profile, if anything is. */
  async stopOf(profileId: string): Promise<void> {
    const file = this.#activeFile(profileId);
    if (file) await this.stop(file.id);
  }

  /** Copies a part of the past in the background. */
  copy(
    { file: source, selection, profile, expected }: CopySource,
    name: string,
    note: string,
  ): string {
    const filters = [...selection.filters];
    const file = this.#create('selection', profile, { filters, name, note });
    const settings = JSON.stringify({ ...profile, id: selection.profileId });
    const { threads } = this.#options;
    const options = { file: source, out: file.path, selection, settings, threads, expected };
    const job = startJob(threads, 'copy', options, (messages) => {
      this.#copies.progressed(file.id, messages, expected);
    });
    this.#copies.follow(file, job, () => null);
    return file.id;
  }

  /** Copies what can be read of a damaged history, in the background. */
  repair(path: string, profile: Profile): string {
    const day = new Date().toISOString().slice(0, 10);
    const file = this.#create('repaired', profile, {
      name: `Repaired history, ${day}`,
      note: path,
    });
    const { threads } = this.#options;
    const options = { file: path, out: file.path, threads };
    const job = startJob(threads, 'repair', options, (messages) => {
      this.#copies.progressed(file.id, messages, 0);
    });
    this.#copies.follow(file, job, (result) =>
      result.lost + result.unreadable === 0
        ? null
        : `${String(result.lost)} messages and ${String(result.unreadable)} places of the file could not be read.`,
    );
    return file.id;
  }

  cancel(recordingId: string): void {
    this.#copies.cancel(recordingId);
  }

  /** @throws LoupeError `not-found` */
  change(
    recordingId: string,
    { name, note }: { name?: string | undefined; note?: string | undefined },
  ): void {
    const file = this.#get(recordingId);
    file.change({ name: name ?? file.notes.name, note: note ?? file.notes.note });
    this.#options.onChange();
  }

  /** Hides a recording; it is gone when the time for undo is over. @throws LoupeError `not-found` */
  async delete(recordingId: string): Promise<number> {
    const file = this.#get(recordingId);
    await this.stop(recordingId);
    await this.#options.onDelete(file.path);
    file.change({ deleted: true });
    this.#undoTimers.set(
      recordingId,
      setTimeout(() => {
        this.#undoTimers.delete(recordingId);
        this.#files.delete(recordingId);
        file.remove();
      }, UNDO_MS),
    );
    this.#options.onChange();
    return UNDO_MS;
  }

  /** @throws LoupeError `not-found` when the time for undo is over */
  restore(recordingId: string): void {
    const file = this.#files.get(recordingId);
    if (!file) {
      throw new LoupeError('not-found', 'The time for undo is over: the recording is gone.');
    }
    clearTimeout(this.#undoTimers.get(recordingId));
    this.#undoTimers.delete(recordingId);
    file.change({ deleted: false });
    this.#options.onChange();
  }

  /** Ends everything that is under way; what is recorded is stored, what was half copied goes. */
  async close(): Promise<void> {
    for (const timer of this.#undoTimers.values()) clearTimeout(timer);
    await Promise.all([
      ...[...this.#byHand.keys()].map((id) => this.stop(id)),
      this.#copies.close(),
      this.#healing,
    ]);
  }

  /** What cannot be begun (a full disk) is no recording, and leaves nothing. */
  #begin(file: RecordingFile): History {
    try {
      return openHistory({
        file: file.path,
        threads: this.#options.threads,
        program: 'MQTT Loupe (recording)',
        onProblem: (problem) => {
          this.#options.warn(problem.message);
        },
      });
    } catch (error) {
      this.#files.delete(file.id);
      file.remove();
      throw error;
    }
  }

  #nowMs(): number {
    return Math.round(this.#options.nowUs() / 1_000);
  }

  #find(): RecordingFile[] {
    try {
      return findRecordings(this.#folder, this.#options.warn);
    } catch (error) {
      this.#options.warn(`The recordings cannot be listed: ${messageOf(error)}`);
      return [];
    }
  }

  #get(recordingId: string): RecordingFile {
    const file = this.#files.get(recordingId);
    if (file && !file.notes.deleted) return file;
    throw new LoupeError('not-found', 'That recording does not exist any more.');
  }

  #activeFile(profileId: string): RecordingFile | undefined {
    for (const id of this.#byHand.keys()) {
      const file = this.#files.get(id);
      if (file?.notes.profileId === profileId) return file;
    }
    return undefined;
  }

  #create(
    kind: RecordingNotes['kind'],
    profile: Profile,
    more: Partial<RecordingNotes>,
  ): RecordingFile {
    const startedMs = this.#nowMs();
    const given = more.name ?? '';
    const notes: RecordingNotes = {
      version: 1,
      kind,
      note: '',
      profileId: profile.id,
      profileName: profile.name,
      filters: [],
      startedMs,
      endedMs: null,
      interrupted: false,
      oldestTimeUs: null,
      newestTimeUs: null,
      messages: 0,
      topics: 0,
      problem: null,
      deleted: false,
      ...more,
      name: given === '' ? profile.name.slice(0, MAX_NAME_LENGTH) : given,
    };
    const file = new RecordingFile(this.#folder, randomUUID(), notes, this.#options.warn);
    file.change({});
    this.#files.set(file.id, file);
    return file;
  }

  /** What a killed program left open is ended, with a gap that says so. */
  async #heal(): Promise<void> {
    const open = [...this.#files.values()].filter(({ notes }) => notes.endedMs === null);
    for (const file of open) {
      try {
        await heal(file, this.#options.threads);
        this.#options.onChange();
      } catch (error) {
        this.#options.warn(
          `The recording “${file.notes.name}” cannot be read: ${messageOf(error)}`,
        );
      }
    }
  }

  #summaryOf(file: RecordingFile): RecordingSummary {
    const { id, path, bytes, notes } = file;
    const { kind, name, note, profileId, profileName, filters, startedMs, endedMs } = notes;
    const known = { kind, name, note, profileId, profileName, filters, startedMs, endedMs };
    const running = this.#byHand.get(id);
    const { topics, oldestTimeUs, newestTimeUs, problem } = running ?? notes;
    const { messages } = running ?? this.#copies.progressOf(id) ?? notes;
    const contents = { messages, topics, oldestTimeUs, newestTimeUs, problem };
    return { ...known, ...contents, id, path, bytes, state: this.#stateOf(file) };
  }

  #stateOf({ id, notes }: RecordingFile): RecordingState {
    if (this.#byHand.has(id)) return { kind: 'recording' };
    const copying = this.#copies.progressOf(id);
    if (copying) return { kind: 'copying', done: copying.done };
    return notes.interrupted || notes.endedMs === null
      ? { kind: 'interrupted' }
      : { kind: 'complete' };
  }
}
