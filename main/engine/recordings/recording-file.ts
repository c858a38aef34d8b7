import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { JsonFile } from '../../files/json-file';
import { removeHistory } from '../history/selection-copy';

const schema = v.object({
  version: v.literal(1),
  kind: v.picklist(['by-hand', 'selection', 'repaired']),
  name: v.string(),
  note: v.string(),
  profileId: v.string(),
  profileName: v.string(),
  filters: v.array(v.string()),
  startedMs: v.number(),
  /** Null while it is recorded, and after the program was killed meanwhile. */
  endedMs: v.nullable(v.number()),
  interrupted: v.boolean(),
  oldestTimeUs: v.nullable(v.number()),
  newestTimeUs: v.nullable(v.number()),
  messages: v.number(),
  topics: v.number(),
  problem: v.nullable(v.string()),
  /** Deleted, while undo is still possible. */
  deleted: v.boolean(),
});

/** What is known of a recording beside its messages. */
export type RecordingNotes = v.InferOutput<typeof schema>;

/** One recording on the disk: `<id>.db`, a history like any other, and `<id>.json`, what is known of it. */
export class RecordingFile {
  readonly id: string;
  readonly path: string;
  readonly #notes: JsonFile<RecordingNotes>;
  readonly #notesPath: string;

  constructor(
    folder: string,
    id: string,
    initial: RecordingNotes,
    warn: (message: string) => void,
  ) {
    this.id = id;
    this.path = join(folder, `${id}.db`);
    this.#notesPath = join(folder, `${id}.json`);
    this.#notes = new JsonFile({ file: this.#notesPath, schema, initial, warn });
  }

  get notes(): RecordingNotes {
    return this.#notes.value;
  }

  get bytes(): number {
    const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return sizeOf(this.path) + sizeOf(`${this.path}-wal`);
  }

  /** Written at once: a recording without its name would be hard to find again. */
  change(change: Partial<RecordingNotes>): void {
    this.#notes.set({ ...this.notes, ...change });
    this.#notes.flush();
  }

  remove(): void {
    removeHistory(this.path);
    rmSync(this.#notesPath, { force: true });
  }
}

/** The recordings of a data folder; what was only half copied goes. */
export function findRecordings(folder: string, warn: (message: string) => void): RecordingFile[] {
  for (const name of namesIn(folder)) {
    if (name.endsWith('.db.partial')) removeHistory(join(folder, name));
  }
  const names = namesIn(folder);
  removeUnbegun(folder, names, warn);
  return names
    .filter((name) => /^[a-z0-9-]+\.db$/u.test(name))
    .map((name) => {
      const id = name.slice(0, -'.db'.length);
      const started = statSync(join(folder, name)).birthtimeMs;
      return new RecordingFile(folder, id, unknownNotes(started), warn);
    });
}

/**
 * A copy has its notes from its beginning, and its history when it is complete: one that was killed leaves the notes
 * alone. Those of a complete recording stay, also while its history is somewhere else.
 */
function removeUnbegun(
  folder: string,
  names: readonly string[],
  warn: (message: string) => void,
): void {
  for (const name of names) {
    const id = /^([a-z0-9-]+)\.json$/u.exec(name)?.[1];
    if (id === undefined || names.includes(`${id}.db`)) continue;
    const file = new RecordingFile(folder, id, { ...unknownNotes(0), endedMs: 0 }, warn);
    if (file.notes.kind !== 'by-hand' && file.notes.endedMs === null) file.remove();
  }
}

function namesIn(folder: string): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder);
}

/** Of one whose notes are gone. */
function unknownNotes(startedMs: number): RecordingNotes {
  return {
    version: 1,
    kind: 'selection',
    name: 'Recording without a name',
    note: '',
    profileId: '',
    profileName: '',
    filters: [],
    startedMs: Math.round(startedMs),
    endedMs: null,
    interrupted: false,
    oldestTimeUs: null,
    newestTimeUs: null,
    messages: 0,
    topics: 0,
    problem: null,
    deleted: false,
  };
}
