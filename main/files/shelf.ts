import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import * as v from 'valibot';
import { isJsonObject } from './json-object';
import { salvage, type Salvaged, type SetAside } from './salvage';

type Entry = Omit<SetAside, 'index'>;

const shelfSchema = v.object({
  entries: v.array(v.object({ list: v.string(), reason: v.string(), entry: v.unknown() })),
});

/** So many are named in a notice; the file has them all. */
const MOST_NAMED = 3;
const MOST_NAME_CHARACTERS = 60;

/** What a person calls an entry of a list. */
type EntryNames = readonly [one: string, many: string];
export type EntryLists = Readonly<Record<string, EntryNames>>;

export interface ShelfOptions<T> {
  /** The settings file whose entries it keeps. */
  readonly file: string;
  readonly schema: v.GenericSchema<unknown, T>;
  readonly lists: EntryLists;
}

/**
 * Entries of a settings file that could not be understood, as they stood there, in a file beside it. Each start looks at
 * them again: what was corrected by hand, or is understood by this version, goes back to its list.
 */
export class Shelf<T> {
  readonly #options: ShelfOptions<T>;
  readonly #path: string;

  constructor(options: ShelfOptions<T>) {
    this.#options = options;
    this.#path = `${options.file}.put-aside`;
  }

  /**
   * What can be understood of the file's content, and what was put here now. `store` is called where entries come or go, to
   * write the file while they stand in both.
   * @throws Error when the content is not to be understood, or the shelf cannot be written
   */
  read(content: unknown, store: (found: Salvaged<T>) => void): Salvaged<T> {
    const kept = this.#kept();
    const found = this.#salvaged(content, kept);
    const left = kept.filter(({ entry }) => found.setAside.some((one) => one.entry === entry));
    // The same text is there already when the file could not be written last time.
    const isNew = ({ entry }: Entry): boolean =>
      !kept.some((one) => JSON.stringify(one.entry) === JSON.stringify(entry));
    const added = found.setAside.filter(isNew);
    if (added.length === 0 && left.length === kept.length) return { ...found, setAside: [] };
    if (added.length > 0) this.#put([...kept, ...added]);
    store(found);
    if (left.length < kept.length) this.#put([...left, ...added]);
    return { ...found, setAside: added };
  }

  /** What a person is to know of entries that were put here now. */
  words(added: readonly SetAside[]): readonly string[] {
    return Object.entries(this.#options.lists).flatMap(([list, names]) => {
      const entries = added.filter((one) => one.list === list);
      return entries.length === 0 ? [] : [this.#wordsFor(entries, names)];
    });
  }

  #wordsFor(entries: readonly SetAside[], [one, many]: EntryNames): string {
    const named = entries
      .slice(0, MOST_NAMED)
      .map((each) => `${nameOf(each.entry)} (${each.reason})`);
    const more = entries.length - named.length;
    const all = [...named, ...(more > 0 ? [`and ${String(more)} more`] : [])].join(', ');
    const [what, back] =
      entries.length === 1
        ? [`One ${one}`, 'It is kept in FILE; corrected there, it is']
        : [`${String(entries.length)} ${many}`, 'They are kept in FILE; corrected there, they are'];
    return `${what} could not be read: ${all}. All others are there. ${back.replace('FILE', () => this.#path)} back at the next start.`;
  }

  /** The shelf's entries are tried along, at the ends of their lists; what has the same id as another is not. */
  #salvaged(content: unknown, kept: readonly Entry[]): Salvaged<T> {
    const { schema, lists } = this.#options;
    const names = Object.keys(lists);
    const tried = kept.filter(
      (one, at) => fits(content, one) && !isNamedIn(kept.slice(0, at), one),
    );
    const rest = kept.filter((one) => !tried.includes(one)).map((one) => ({ ...one, index: -1 }));
    try {
      const found = salvage(schema, withEntries(content, tried), names);
      return { ...found, setAside: [...found.setAside, ...rest] };
    } catch (error) {
      if (kept.length === 0) throw error;
      // Perhaps there is no room for them.
      const found = salvage(schema, content, names);
      return {
        ...found,
        setAside: [...found.setAside, ...kept.map((one) => ({ ...one, index: -1 }))],
      };
    }
  }

  #kept(): readonly Entry[] {
    try {
      return v.parse(shelfSchema, JSON.parse(readFileSync(this.#path, 'utf8'))).entries;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      // Somebody worked on it: it stays for them, under another name.
      renameSync(this.#path, `${this.#path}-${String(Date.now())}`);
      return [];
    }
  }

  #put(entries: readonly Entry[]): void {
    if (entries.length === 0) {
      rmSync(this.#path, { force: true });
      return;
    }
    const temporary = `${this.#path}.new`;
    const plain = entries.map(({ list, reason, entry }) => ({ list, reason, entry }));
    const descriptor = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(descriptor, JSON.stringify({ entries: plain }, null, 2));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, this.#path);
  }
}

function fits(content: unknown, { list, entry }: Entry): boolean {
  if (!isJsonObject(content) || !Array.isArray(content[list])) return false;
  const id = idOf(entry);
  return id === null || !content[list].some((one: unknown) => idOf(one) === id);
}

/** Two versions of the same: the first that was put here is tried. */
function isNamedIn(earlier: readonly Entry[], { list, entry }: Entry): boolean {
  const id = idOf(entry);
  return id !== null && earlier.some((one) => one.list === list && idOf(one.entry) === id);
}

function withEntries(content: unknown, entries: readonly Entry[]): unknown {
  if (!isJsonObject(content)) return content;
  const all: Record<string, unknown> = { ...content };
  for (const { list, entry } of entries) all[list] = [...(all[list] as unknown[]), entry];
  return all;
}

function idOf(entry: unknown): string | null {
  return isJsonObject(entry) && typeof entry['id'] === 'string' ? entry['id'] : null;
}

function nameOf(entry: unknown): string {
  const { name, id } = isJsonObject(entry) ? entry : {};
  const text = [name, id].find((one) => typeof one === 'string' && one.trim() !== '');
  return typeof text === 'string'
    ? `“${text.slice(0, MOST_NAME_CHARACTERS)}”`
    : 'one without a name';
}
