import { Worker } from 'node:worker_threads';
import { LoupeError, messageOf, type WireError } from '../../../app/errors';

/** Methods of one argument each, as a thread answers them. */
type Methods<Calls> = Record<keyof Calls, (argument: never) => unknown>;
export type ArgumentOf<Call> = Call extends (argument: infer Argument) => unknown
  ? Argument
  : never;
export type ResultOf<Call> = Call extends (argument: never) => infer Result ? Result : never;

export type ThreadRequest<Calls> =
  | {
      [Method in keyof Calls]: { id: number; method: Method; argument: ArgumentOf<Calls[Method]> };
    }[keyof Calls]
  | { method: 'close' };

export type ThreadReply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: WireError };

/** What a thread gets when it starts. */
export interface ThreadStart {
  readonly databaseFile: string;
}

export interface ThreadOptions extends ThreadStart {
  /** The thread's bundle. */
  readonly workerFile: string;
  readonly onProblem: ((problem: LoupeError) => void) | undefined;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: LoupeError): void;
}

/**
 * The engine's side of a thread that answers calls. It is started with the first call, and again with the next one after
 * it crashed: the calls that were under way then fail with `history-unavailable`.
 */
export class CallingThread<Calls extends Methods<Calls>> {
  readonly #options: ThreadOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #nextId = 1;
  #closed = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Starts the thread before it is asked: the first call then does not wait for it. */
  getReady(): void {
    if (!this.#closed) this.#worker ??= this.#start();
  }

  call<Method extends keyof Calls>(
    method: Method,
    argument: ArgumentOf<Calls[Method]>,
  ): Promise<ResultOf<Calls[Method]>> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise<ResultOf<Calls[Method]>>((resolve, reject) => {
      this.#worker ??= this.#start();
      const id = this.#nextId++;
      // The id ties the reply to its method, which the map cannot express.
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, argument });
    });
  }

  /** Waits for the calls that are under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#worker?.postMessage({ method: 'close' } satisfies ThreadRequest<Calls>);
    await this.#ended;
  }

  #start(): Worker {
    const { databaseFile, workerFile } = this.#options;
    const worker = new Worker(workerFile, { workerData: { databaseFile } satisfies ThreadStart });
    let cause: unknown;
    worker.on('message', (reply: ThreadReply) => {
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

  #settle(reply: ThreadReply): void {
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
