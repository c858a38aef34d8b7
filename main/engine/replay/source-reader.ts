import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DryRun, DryRunTopic, PreviewedMessage } from '../../../app/contract-replay';
import { assertNever, LoupeError, messageOf } from '../../../app/errors';
import type { ReplayRules } from '../../../app/replay/rules';
import type { SourcePlace } from './message-source';
import type {
  FromSource,
  SourceChunk,
  SourceRange,
  SourceStart,
  ToSource,
} from './source-protocol';

/** Chunks that are read ahead: while one is sent, the next ones are made. */
const CHUNKS_AHEAD = 4;

interface Pending {
  resolve(value: unknown): void;
  reject(error: LoupeError): void;
  readonly onScanned: (scanned: number) => void;
}

/** What is told of a reading. */
export interface ReadingEvents {
  readonly onChunk: (chunk: SourceChunk) => void;
  readonly onFailed: (error: LoupeError) => void;
}

/** The engine's side of a source's thread. */
export class SourceReader {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #reading: { readonly id: number; readonly events: ReadingEvents } | null = null;
  #nextId = 1;
  #closed = false;

  /** @param threads folder of the bundle of source-worker.ts */
  constructor(place: SourcePlace, threads: string) {
    const start: SourceStart = { place };
    this.#worker = new Worker(join(threads, 'replay-source.cjs'), { workerData: start });
    this.#worker.on('message', (message: FromSource) => {
      this.#receive(message);
    });
    let cause: unknown;
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.#worker.once('exit', (code) => {
      this.#ended(cause === undefined ? `exit code ${String(code)}` : messageOf(cause));
    });
  }

  /** Reads a part from its beginning; an earlier reading is over. Chunks come until `CHUNKS_AHEAD` were not `taken`. */
  read(range: SourceRange, events: ReadingEvents): void {
    const id = this.#nextId++;
    this.#reading = { id, events };
    this.#tell({ t: 'read', id, ...range });
    for (let ahead = 0; ahead < CHUNKS_AHEAD; ahead += 1) this.#tell({ t: 'more', id });
  }

  /** A chunk was used up. */
  taken(): void {
    if (this.#reading !== null) this.#tell({ t: 'more', id: this.#reading.id });
  }

  /** A dry run; a newer one takes its place, and it then never resolves. */
  survey(
    range: SourceRange & { readonly maxPauseUs: number | null },
    onScanned: (scanned: number) => void,
  ): Promise<DryRun> {
    return this.#ask((id) => ({ t: 'survey', id, ...range }), onScanned);
  }

  /** Of the last dry run. */
  topics(limit: number): Promise<readonly DryRunTopic[]> {
    return this.#ask((id) => ({ t: 'topics', id, limit }));
  }

  preview(rules: ReplayRules, limit: number): Promise<readonly PreviewedMessage[]> {
    return this.#ask((id) => ({ t: 'preview', id, rules, limit }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#reading = null;
    await this.#worker.terminate();
  }

  #ask<Result>(
    request: (id: number) => ToSource,
    onScanned: (scanned: number) => void = () => undefined,
  ): Promise<Result> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise<Result>((resolve, reject) => {
      const id = this.#nextId++;
      // The id ties the reply to its request, which the map cannot express.
      this.#pending.set(id, { resolve: resolve, reject, onScanned });
      this.#tell(request(id));
    });
  }

  #receive(message: FromSource): void {
    switch (message.t) {
      case 'chunk':
        if (message.id === this.#reading?.id) this.#reading.events.onChunk(message.chunk);
        return;
      case 'scanned':
        this.#pending.get(message.id)?.onScanned(message.scanned);
        return;
      case 'surveyed':
        this.#settle(message.id, message.result);
        return;
      case 'topics':
        this.#settle(message.id, message.topics);
        return;
      case 'previewed':
        this.#settle(message.id, message.messages);
        return;
      case 'failed': {
        const error = LoupeError.fromWire(message.error);
        if (message.id === this.#reading?.id) this.#reading.events.onFailed(error);
        this.#pending.get(message.id)?.reject(error);
        this.#pending.delete(message.id);
        return;
      }
      default:
        assertNever(message);
    }
  }

  #settle(id: number, value: unknown): void {
    this.#pending.get(id)?.resolve(value);
    this.#pending.delete(id);
  }

  #ended(why: string): void {
    const error = this.#closed
      ? closedError()
      : new LoupeError(
          'history-unavailable',
          `What is to be replayed could not be read: its reader stopped unexpectedly (${why}). Try again; it starts anew.`,
        );
    this.#closed = true;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    this.#reading?.events.onFailed(error);
    this.#reading = null;
  }

  #tell(message: ToSource): void {
    this.#worker.postMessage(message);
  }
}

function closedError(): LoupeError {
  return new LoupeError('history-unavailable', 'What was to be replayed is closed.');
}
