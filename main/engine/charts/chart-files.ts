import type { DecodingSchema } from '../../../app/decoding/rules';
import { openForReading, type Database, type Statement } from '../history/driver';
import type { StoredSource } from './chart-protocol';
import { ProfileUnits } from './profile-units';
import { ColumnCache, SeriesReader } from './series-reader';
import { StoredSeries } from './stored-series';

/** Numbers that are remembered; more than any window shows. */
const MOST_SERIES = 200;

interface OpenFile {
  readonly database: Database;
  readonly profileKey: Statement<number>;
  readonly dataVersion: Statement<number>;
  readonly profiles: Map<number, ProfileUnits>;
}

export interface ChartFilesOptions {
  readonly thread: number;
  /** Everything that is read is as it was at the first look, however long it takes. */
  readonly isSnapshot: boolean;
  readonly schema: (id: string) => DecodingSchema | undefined;
  /** Called for every message that is read. */
  readonly beat: () => void;
}

/** The histories that charts read, each with a read-only connection of its own, and what is known of their numbers. */
export class ChartFiles {
  readonly #options: ChartFilesOptions;
  readonly #files = new Map<string, OpenFile>();
  readonly #readers = new Map<string, SeriesReader>();
  readonly #cache = new ColumnCache();
  #nextName = 1;

  constructor(options: ChartFilesOptions) {
    this.#options = options;
  }

  /** Does a piece of work on one number, with the history as it is now. */
  atOnce<Result>(source: StoredSource, work: (reader: SeriesReader) => Result): Result {
    const file = this.#open(source.file);
    const look = (): Result => {
      // A profile that nothing was stored of has no key, and no units; it has another one later.
      const profile = file.profileKey.get(source.profileId) ?? 0;
      const units = file.profiles.get(profile) ?? new ProfileUnits(file.database, profile);
      file.profiles.set(profile, units);
      units.renew(file.dataVersion.get());
      return work(this.#reader(source, units));
    };
    return this.#options.isSnapshot ? look() : file.database.transaction(look).deferred();
  }

  close(): void {
    for (const { database } of this.#files.values()) database.close();
    this.#files.clear();
    this.#readers.clear();
  }

  #open(path: string): OpenFile {
    const known = this.#files.get(path);
    if (known) return known;
    const database = openForReading(path);
    if (this.#options.isSnapshot) database.exec('BEGIN');
    const file: OpenFile = {
      database,
      profileKey: database
        .prepare<unknown[], number>('SELECT key FROM profiles WHERE id = ?')
        .pluck(),
      dataVersion: database.prepare<unknown[], number>('PRAGMA data_version').pluck(),
      profiles: new Map(),
    };
    this.#files.set(path, file);
    return file;
  }

  #reader(source: StoredSource, units: ProfileUnits): SeriesReader {
    const key = JSON.stringify([units.profile, source]);
    const known = this.#readers.get(key);
    // The last one in a Map is the one that was put last.
    if (known) this.#readers.delete(key);
    const reader = known ?? this.#newReader(source, units);
    this.#readers.set(key, reader);
    const [oldest] = this.#readers.keys();
    if (this.#readers.size > MOST_SERIES && oldest !== undefined) this.#readers.delete(oldest);
    return reader;
  }

  #newReader(source: StoredSource, units: ProfileUnits): SeriesReader {
    const { schema, beat, thread } = this.#options;
    const series = new StoredSeries(source, units, schema, beat);
    return new SeriesReader(String(this.#nextName++), series, units, this.#cache, thread);
  }
}
