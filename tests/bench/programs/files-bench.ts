/** Fills a history, exports it and imports the export, each beside the plainest program that moves the same bytes. */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportFormat } from '../../../app/contract-files';
import { everything } from '../../../app/selection';
import { bytesOfFile } from '../../../main/engine/files/byte-queue';
import { exportToFile } from '../../../main/engine/files/exporter';
import { importIntoHistory } from '../../../main/engine/files/import-into-history';
import { openArchive } from '../../../main/engine/history/sqlite-archive';
import { tell, type ProgramOptions } from './arguments';
import { PROFILE_ID } from './profile-id';
import { openHistoryStore, openPlainStore, type OpenStore } from './stores';

export interface FilesResult {
  /** Messages a second. */
  readonly exportRates: Readonly<Record<ExportFormat, number>>;
  /** The bytes of the NDJSON written again as they are, counted as messages a second. */
  readonly rawWriteRate: number;
  readonly recordingBytes: number;
  readonly importRate: number;
  readonly ndjsonImportRate: number;
  /** The same messages as rows of the plainest table. */
  readonly plainRate: number;
  /** How much the memory grew from a quarter of the way to its peak, MB. */
  readonly exportGrowthMb: number;
  readonly importGrowthMb: number;
}

const BATCH = 5_000;
const FORMATS = ['recording', 'ndjson', 'csv', 'parquet', 'mqtt_recorder'] as const;

export async function benchFiles(options: ProgramOptions): Promise<void> {
  const file = join(options.home, 'history.db');
  await fill(openHistoryStore, file, options);
  const rates = new Map<ExportFormat, number>();
  const memory = new Memory(options.expect);
  for (const format of FORMATS) {
    const seconds = await timed(() => exportAs(file, format, options, memory));
    rates.set(format, options.expect / seconds);
  }
  const exportGrowthMb = memory.growthMb;
  const rawSeconds = await timed(() => writeAgain(pathOf('ndjson', options)));
  const imports = new Memory(options.expect);
  const importSeconds = await timed(() => importFrom('recording', options, imports));
  const ndjsonSeconds = await timed(() => importFrom('ndjson', options, imports));
  const plainSeconds = await timed(() =>
    fill(openPlainStore, join(options.home, 'plain.db'), options),
  );
  const result: FilesResult = {
    exportRates: Object.fromEntries(rates) as Record<ExportFormat, number>,
    rawWriteRate: options.expect / rawSeconds,
    recordingBytes: (await stat(pathOf('recording', options))).size / options.expect,
    importRate: options.expect / importSeconds,
    ndjsonImportRate: options.expect / ndjsonSeconds,
    plainRate: options.expect / plainSeconds,
    ...{ exportGrowthMb, importGrowthMb: imports.growthMb },
  };
  tell({ result });
}

function pathOf(format: ExportFormat, { home }: ProgramOptions): string {
  return join(home, `export.${format}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

async function fill(openStore: OpenStore, file: string, options: ProgramOptions): Promise<void> {
  const store = await openStore(file, options);
  for (let first = 0; first < options.expect; first += BATCH) {
    await store.append(first, Math.min(BATCH, options.expect - first));
  }
  await store.close();
}

async function exportAs(
  file: string,
  format: ExportFormat,
  options: ProgramOptions,
  memory: Memory,
): Promise<void> {
  const request = { file, format, selection: everything(PROFILE_ID), name: 'bench', note: '' };
  const { messages } = await exportToFile(
    { ...request, program: 'bench' },
    pathOf(format, options),
    {
      progress: (now) => {
        memory.look(now.messages);
      },
      isCancelled: () => false,
    },
  );
  if (messages !== options.expect) throw new Error(`${String(messages)} messages were exported.`);
}

/** The plainest export: bytes that are there already, a megabyte at a time, and on the disk in the end. */
async function writeAgain(path: string): Promise<void> {
  const handle = await open(`${path}.again`, 'w');
  for await (const bytes of bytesOfFile(path)) await handle.write(bytes);
  await handle.sync();
  await handle.close();
}

async function importFrom(
  format: ExportFormat,
  options: ProgramOptions,
  memory: Memory,
): Promise<void> {
  const path = pathOf(format, options);
  const db = join(options.home, `import-${format}.db`);
  await importIntoHistory(bytesOfFile(path), {
    ...{ file: db, threads: options.threads, isBase64: null, from: path, onBadRow: 'stop' },
    ...{ sha256: () => format.padEnd(64, '0'), isCancelled: () => false },
    howToSkip: '',
    progress: ({ messages }) => {
      memory.look(messages);
    },
  });
  const archive = openArchive(db);
  const { messages } = archive.info();
  archive.close();
  if (messages !== options.expect) throw new Error(`${String(messages)} messages were imported.`);
}

/** How the memory of the process grows once the work is well under way. */
class Memory {
  readonly #expect: number;
  #atQuarter = 0;
  #peak = 0;
  growthMb = 0;

  constructor(expect: number) {
    this.#expect = expect;
  }

  look(messages: number): void {
    const { rss } = process.memoryUsage();
    if (messages < this.#expect / 4) {
      this.#atQuarter = rss;
      this.#peak = rss;
      return;
    }
    this.#peak = Math.max(this.#peak, rss);
    this.growthMb = Math.max(this.growthMb, (this.#peak - this.#atQuarter) / 1e6);
  }
}
