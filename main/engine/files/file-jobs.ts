import { isAbsolute, join, normalize } from 'node:path';
import type { FileJobFrame, FilesCalls } from '../../../app/contract-files';
import { LoupeError, messageOf, toWireError } from '../../../app/errors';
import type { Selection } from '../../../app/selection';
import type { ChartExportRequest } from '../charts/chart-protocol';
import type { FilesResults } from './files-protocol';
import { runInThread, type FilesRun } from './files-thread';
import { removeUnfinishedImports } from './import-own-history';

/** Where the messages of a profile stand. */
export interface HistoryPlace {
  readonly file: string;
  /** The profile's id there. */
  readonly profileId: string;
}

export interface FileJobsOptions {
  /** The data folder. */
  readonly home: string;
  /** Folder of the bundles of the threads. */
  readonly threads: string;
  /** As `MQTT Loupe 0.1.0`. */
  readonly program: string;
  /** Everything that has arrived is stored when it resolves. Throws `not-found`. */
  readonly placeOf: (profileId: string) => Promise<HistoryPlace>;
  /** Opens an imported history; its profiles' ids. */
  readonly open: (file: string) => Promise<readonly string[]>;
  readonly warn: (message: string) => void;
}

interface Job {
  frame: FileJobFrame;
  /** Grows with every change. */
  version: number;
  readonly kind: 'export' | 'import';
  readonly cancel: () => void;
  readonly ended: Promise<void>;
}

/** Ended jobs whose frame can still be asked for. */
const MOST_ENDED = 50;

/** The exports and imports of this run of the engine. */
export class FileJobs {
  readonly #options: FileJobsOptions;
  readonly #jobs = new Map<number, Job>();
  readonly #allowed = new Set<string>();
  readonly #ready: Promise<void>;
  #nextId = 1;

  constructor(options: FileJobsOptions) {
    this.#options = options;
    this.#ready = removeUnfinishedImports(options.home).catch((error: unknown) => {
      options.warn(`What an unfinished import left could not be removed: ${messageOf(error)}`);
    });
  }

  /** The person chose this path in the shell's dialog: one export may go there. */
  allowExport(path: string): void {
    this.#allowed.add(normalize(path));
  }

  async count(selection: Selection): Promise<FilesResults['count']> {
    const place = await this.#options.placeOf(selection.profileId);
    const there = { ...selection, profileId: place.profileId };
    return await this.#run({ kind: 'count', file: place.file, selection: there }).result;
  }

  preview(path: string, isBase64: boolean | null): Promise<FilesResults['preview']> {
    if (!isAbsolute(path)) return Promise.reject(relative(path));
    return this.#run({ kind: 'preview', path, isBase64 }).result;
  }

  /** @throws LoupeError `forbidden` for a path that nobody chose */
  async startExport(arg: Parameters<FilesCalls['startExport']>[0]): Promise<number> {
    const { selection, path, format, name, note } = arg;
    if (!this.#allowed.delete(normalize(path))) {
      throw new LoupeError('forbidden', 'Nobody chose to export to that file.');
    }
    const place = await this.#options.placeOf(selection.profileId);
    const { program } = this.#options;
    const there = { ...selection, profileId: place.profileId };
    const request = { file: place.file, selection: there, format, name, note, program };
    return this.#start('export', (onProgress) => {
      const run = this.#run({ kind: 'export', request, path }, onProgress);
      const result = run.result.then(({ messages, bytes }): FileJobFrame => ({
        state: 'exported',
        messages,
        bytes,
        path,
      }));
      return { ...run, result };
    });
  }

  /** Writes the points of a chart. @throws LoupeError `forbidden` for a path that nobody chose */
  async startChartExport(path: string, request: ChartExportRequest): Promise<number> {
    if (!this.#allowed.delete(normalize(path))) {
      throw new LoupeError('forbidden', 'Nobody chose to export to that file.');
    }
    return this.#start('export', (onProgress) => {
      const run = this.#run({ kind: 'chart', request, path }, onProgress);
      const result = run.result.then(({ messages, bytes }): FileJobFrame => ({
        state: 'exported',
        messages,
        bytes,
        path,
      }));
      return { ...run, result };
    });
  }

  /** @throws LoupeError `invalid-argument` while another import runs */
  async startImport(arg: Parameters<FilesCalls['startImport']>[0]): Promise<number> {
    if (!isAbsolute(arg.path)) throw relative(arg.path);
    await this.#ready;
    const isBusy = [...this.#jobs.values()].some(
      ({ kind, frame }) => kind === 'import' && frame.state === 'running',
    );
    if (isBusy) {
      throw new LoupeError(
        'invalid-argument',
        'Another import is under way. Wait until it is done, or cancel it.',
      );
    }
    const { home, threads } = this.#options;
    return this.#start('import', (onProgress) => {
      const run = this.#run({ kind: 'import', home, threads, ...arg }, onProgress);
      return { ...run, result: run.result.then((result) => this.#imported(result)) };
    });
  }

  cancel(jobId: number): void {
    this.#job(jobId).cancel();
  }

  frame(jobId: number): { readonly frame: FileJobFrame; readonly version: number } {
    return this.#job(jobId);
  }

  /** Cancels what runs; resolves when it has tidied up. */
  async close(): Promise<void> {
    const jobs = [...this.#jobs.values()];
    for (const job of jobs) job.cancel();
    await Promise.all(jobs.map(({ ended }) => ended));
  }

  #start(
    kind: Job['kind'],
    begin: (onProgress: (progress: FilesResults['export']) => void) => {
      readonly result: Promise<FileJobFrame>;
      readonly cancel: () => void;
    },
  ): number {
    const id = this.#nextId++;
    const change = (frame: FileJobFrame): void => {
      const job = this.#jobs.get(id);
      if (!job) return;
      job.frame = frame;
      job.version += 1;
    };
    const { result, cancel } = begin((progress) => {
      change({ state: 'running', ...progress });
    });
    const ended = result.then(change, (error: unknown) => {
      change(endOf(error));
    });
    const frame = { state: 'running', messages: 0, bytes: 0, share: 0 } as const;
    this.#jobs.set(id, { frame, version: 1, kind, cancel, ended });
    this.#forgetOld();
    return id;
  }

  async #imported(result: FilesResults['import']): Promise<FileJobFrame> {
    const profileIds = await this.#options.open(result.file);
    if (result.kind === 'known') {
      const nothing = { messages: 0, skipped: 0, lost: 0, lostBytes: 0, problems: [] };
      return { state: 'imported', isNew: false, profileIds, ...nothing };
    }
    const { messages, skipped, lost, lostBytes, problems } = result.counts;
    const counts = { messages, skipped, lost, lostBytes, problems };
    return { state: 'imported', isNew: true, profileIds, ...counts };
  }

  #run<Task extends Parameters<typeof runInThread>[1]>(
    task: Task,
    onProgress?: (progress: FilesResults['export']) => void,
  ): FilesRun<Task['kind']> {
    return runInThread(join(this.#options.threads, 'files-worker.cjs'), task, onProgress);
  }

  #job(jobId: number): Job {
    const job = this.#jobs.get(jobId);
    if (job) return job;
    throw new LoupeError('not-found', 'That export or import is not known any more.');
  }

  #forgetOld(): void {
    const ended = [...this.#jobs].filter(([, { frame }]) => frame.state !== 'running');
    for (const [id] of ended.slice(0, Math.max(0, ended.length - MOST_ENDED)))
      this.#jobs.delete(id);
  }
}

function endOf(error: unknown): FileJobFrame {
  const { code, message } = toWireError(error);
  return code === 'cancelled' ? { state: 'cancelled' } : { state: 'failed', message };
}

function relative(path: string): LoupeError {
  return new LoupeError(
    'invalid-argument',
    `The file ${path} cannot be opened: the path must say where it is from the root on.`,
  );
}
