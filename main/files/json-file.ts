import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { messageOf } from '../../app/errors';
import { Shelf, type EntryLists } from './shelf';
import { unknownFields, withUnknownFields, type UnknownFields } from './unknown-fields';

export interface JsonFileOptions<T> {
  readonly file: string;
  readonly schema: v.GenericSchema<unknown, T>;
  readonly initial: T;
  /**
   * Its lists of entries: one that can't be understood is put on a shelf beside the file, and
   * the others stay.
   */
  readonly entries?: EntryLists;
  /** What to do when the whole file cannot be read, for the notice that says so. */
  readonly whenUnreadable?: string;
  /** Told when a file could not be read and was set aside, or could not be written. */
  readonly warn: (message: string) => void;
}

const SAVE_DELAY_MS = 400;

/**
 * A small settings file: read once, checked against a schema, written atomically a moment after a change, while the thread
 * goes on: a disk may take long to say that something is on it. A file that can't be understood is set aside, never
 * overwritten; fields that a newer version wrote stay in it.
 */
export class JsonFile<T> {
  value: T;
  private timer: NodeJS.Timeout | null = null;
  private isWriting = false;
  /** Counted up with each time that the value is written: an older one never takes the place of a newer one. */
  private revision = 0;
  private unknown: UnknownFields = new Map();

  constructor(private readonly options: JsonFileOptions<T>) {
    this.value = this.read();
  }

  set(value: T): void {
    this.value = value;
    this.changed();
  }

  /** To be called after `value` was changed in place. */
  changed(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      // One that is being written is not overtaken; it is looked again a moment later.
      if (this.isWriting) this.changed();
      else void this.writeAside();
    }, SAVE_DELAY_MS);
  }

  /** Writes at once, before it returns, what waits to be written or is being written. */
  flush(): void {
    if (this.timer === null && !this.isWriting) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.writeOrTell();
  }

  private writeOrTell(): void {
    try {
      this.write();
    } catch (error) {
      this.failed(error);
    }
  }

  private async writeAside(): Promise<void> {
    this.isWriting = true;
    const revision = (this.revision += 1);
    const temporary = `${this.options.file}.next`;
    const text = this.text();
    try {
      await mkdir(dirname(this.options.file), { recursive: true, mode: 0o700 });
      await writeWhole(temporary, text);
      if (revision === this.revision) renameSync(temporary, this.options.file);
      else await rm(temporary, { force: true });
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      if (revision === this.revision) this.failed(error);
    } finally {
      this.isWriting = false;
    }
  }

  private text(): string {
    return JSON.stringify(withUnknownFields(this.value, this.unknown), null, 2);
  }

  private failed(error: unknown): void {
    this.options.warn(
      `${this.options.file} could not be written (${messageOf(error)}). Changes are kept until the program ends; check the disk and the rights on its folder.`,
    );
  }

  private write(): void {
    this.revision += 1;
    mkdirSync(dirname(this.options.file), { recursive: true, mode: 0o700 });
    const temporary = `${this.options.file}.new`;
    try {
      const descriptor = openSync(temporary, 'w', 0o600);
      try {
        // Unlike `writeSync`, it goes on after a part: half a file must never take the place of a whole one.
        writeFileSync(descriptor, this.text());
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(temporary, this.options.file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  private read(): T {
    let text: string;
    try {
      text = readFileSync(this.options.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return this.options.initial;
      return this.setAside(messageOf(error), this.options.whenUnreadable);
    }
    try {
      return this.understand(JSON.parse(text));
    } catch (error) {
      return isNewer(error)
        ? this.setAside('a newer version of MQTT Loupe wrote it', WHEN_NEWER)
        : this.setAside(messageOf(error), this.options.whenUnreadable);
    }
  }

  /** Throws when it is not to be understood. */
  private understand(stored: unknown): T {
    const { file, schema, entries: lists, warn } = this.options;
    if (lists === undefined) return this.known(stored, v.parse(schema, stored));
    const shelf = new Shelf({ file, schema, lists });
    const { value, content, setAside } = shelf.read(stored, (found) => {
      this.value = this.known(found.content, found.value);
      this.writeOrTell();
    });
    for (const words of shelf.words(setAside)) warn(words);
    return this.known(content, value);
  }

  private known(stored: unknown, value: T): T {
    this.unknown = unknownFields(stored, value);
    return value;
  }

  private setAside(reason: string, advice = ''): T {
    const aside = `${this.options.file}.unreadable-${String(Date.now())}`;
    try {
      renameSync(this.options.file, aside);
      this.options.warn(
        `${this.options.file} could not be read (${reason}). It was set aside as ${aside} and a new one was begun. ${advice}`.trimEnd(),
      );
    } catch (error) {
      this.options.warn(
        `${this.options.file} could not be read (${reason}) nor set aside (${messageOf(error)}).`,
      );
    }
    return this.options.initial;
  }
}

/** What to do with what was set aside. */
const WHEN_NEWER =
  'To have it again, end the program, give the file its name back, and start the newer version.';

/** Every settings file says its version; what a newer one means, nobody knows here. */
function isNewer(error: unknown): boolean {
  if (!v.isValiError(error)) return false;
  return error.issues.some(
    ({ path, input, expected }) =>
      path?.length === 1 && path[0].key === 'version' && Number(input) > Number(expected),
  );
}

async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
