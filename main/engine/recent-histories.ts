import { join } from 'node:path';
import * as v from 'valibot';
import { JsonFile } from '../files/json-file';

const MOST = 12;

const fileSchema = v.object({
  version: v.literal(1),
  /** The newest first. */
  files: v.array(v.object({ path: v.string(), open: v.boolean() })),
});

/** Which recorded histories were opened, and which of them are open: their paths, nothing of their content. */
export class RecentHistories {
  private readonly file: JsonFile<v.InferOutput<typeof fileSchema>>;

  constructor(home: string, warn: (message: string) => void) {
    this.file = new JsonFile({
      file: join(home, 'recent-histories.json'),
      schema: fileSchema,
      initial: { version: 1, files: [] },
      entries: { files: ['recent history', 'recent histories'] },
      warn,
    });
  }

  /** The newest first. */
  get paths(): readonly string[] {
    return this.file.value.files.map(({ path }) => path);
  }

  /** Those that were open when they were last told of, in the order in which they were opened. */
  get open(): readonly string[] {
    const open = this.file.value.files.filter((one) => one.open);
    return open.map(({ path }) => path).reverse();
  }

  opened(path: string): void {
    const others = this.file.value.files.filter((one) => one.path !== path);
    this.put([{ path, open: true }, ...others]);
  }

  closed(path: string): void {
    const { files } = this.file.value;
    this.put(files.map((one) => (one.path === path ? { path, open: false } : one)));
  }

  forget(path: string): void {
    this.put(this.file.value.files.filter((one) => one.path !== path));
  }

  flush(): void {
    this.file.flush();
  }

  private put(files: { path: string; open: boolean }[]): void {
    // One that is open is not pushed out: it would not come back.
    const kept = files.filter((one, index) => one.open || index < MOST);
    this.file.set({ version: 1, files: kept });
  }
}
