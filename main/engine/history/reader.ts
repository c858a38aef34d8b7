import { Worker } from 'node:worker_threads';
import { LoupeError, messageOf } from '../../../app/errors';
import type {
  ReaderArgument,
  ReaderMethod,
  ReaderReply,
  ReaderRequest,
  ReaderResult,
  ReaderStart,
} from './reader-protocol';

interface ReaderOptions {
  /** The bundle of reader-worker.ts. */
  readonly workerFile: string;
  readonly databaseFile: string;
  readonly onProblem: ((problem: LoupeError) => void) | undefined;
}

interface Pending {
  resolve(result: ReaderResult<ReaderMethod>): void;
  reject(error: LoupeError): void;
}

/**
 * The engine's side of the reader's thread. It is started with the first call, and again with the next one after it
 * crashed: the calls that were under way then fail with `history-unavailable`.
 */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #nextId = 1;
  #closed = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  call<Method extends ReaderMethod>(
    method: Method,
    argument: ReaderArgument<Method>,
  ): Promise<ReaderResult<Method>> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise<ReaderResult<Method>>((resolve, reject) => {
      this.#worker ??= this.#start();
      const id = this.#nextId++;
      // The id ties the reply to its method, which the map cannot express.
      const settle = resolve as Pending['resolve'];
      this.#pending.set(id, { resolve: settle, reject });
      const request = { id, method, argument } as ReaderRequest;
      this.#worker.postMessage(request);
    });
  }

  /** Waits for the calls that are under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#worker?.postMessage({ method: 'close' } satisfies ReaderRequest);
    await this.#ended;
  }

  #start(): Worker {
    const start: ReaderStart = { databaseFile: this.#options.databaseFile };
    const worker = new Worker(this.#options.workerFile, { workerData: start });
    let cause: unknown;
    worker.on('message', (reply: ReaderReply) => {
      this.#settle(reply);
    });
    worker.on('error', (error) => {
      cause = error;
    });
    this.#ended = new Promise((resolve) => {
      worker.once('exit', (code) => {
        this.#worker = undefined;
        if (!this.#closed || this.#pending.size > 0) this.#failed(code, cause);
        resolve();
      });
    });
    return worker;
  }

  #settle(reply: ReaderReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.ok) pending?.resolve(reply.result);
    else pending?.reject(LoupeError.fromWire(reply.error));
  }

  #failed(code: number, cause: unknown): void {
    const why = cause === undefined ? `exit code ${String(code)}` : messageOf(cause);
    const problem = new LoupeError(
      'history-unavailable',
      `The history could not be read: its reader stopped unexpectedly (${why}). Try again; it starts anew.`,
      { cause },
    );
    for (const pending of this.#pending.values()) pending.reject(problem);
    this.#pending.clear();
    this.#options.onProblem?.(problem);
  }
}

/** What a call is told that comes too late. */
export function closedError(): LoupeError {
  return new LoupeError('history-unavailable', 'The history could not be read: it was closed.');
}
