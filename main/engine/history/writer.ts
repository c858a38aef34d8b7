import { Worker } from 'node:worker_threads';
import { LoupeError, messageOf } from '../../../app/errors';
import type {
  Counters,
  WriterReply,
  WriterRequest,
  WriterStart,
  WriterTask,
} from './writer-protocol';

interface WriterOptions {
  /** The bundle of writer-worker.ts. */
  readonly workerFile: string;
  readonly start: WriterStart;
  readonly onCounters: (counters: Counters) => void;
  /** Something that belongs to no call failed. */
  readonly onProblem: (problem: LoupeError) => void;
}

interface Pending {
  resolve(): void;
  reject(error: LoupeError): void;
}

/** The engine's side of the writer's thread. It is started with the first task; one that crashed is not started again. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #crash: LoupeError | undefined;
  #nextId = 1;
  /** The newest task that is done when it is its turn. */
  #lastInOrder = 0;
  #closed = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Resolves when it is done; rejected with the reason. @param transfer buffers that change hands */
  do(task: WriterTask, transfer: readonly ArrayBuffer[] = []): Promise<void> {
    const error = this.#crash ?? (this.#closed ? closedError() : undefined);
    if (error !== undefined) return Promise.reject(error);
    return new Promise<void>((resolve, reject) => {
      this.#worker ??= this.#start();
      const id = this.#nextId++;
      // What changes nothing that can be read, and what takes its time, is not waited for.
      if (task.kind !== 'forget' && task.kind !== 'limit') this.#lastInOrder = id;
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task } satisfies WriterRequest, [...transfer]);
    });
  }

  /** Starts the thread before there is a task: something is left to do from an earlier run. */
  wake(): void {
    this.#worker ??= this.#start();
  }

  /** Resolves when everything asked for until now is written, or failed; removing a profile is not waited for. */
  settled(): Promise<void> {
    const waiting = this.#pending.get(this.#lastInOrder);
    if (waiting === undefined) return Promise.resolve();
    return new Promise<void>((resolve) => {
      this.#pending.set(this.#lastInOrder, {
        resolve: () => {
          waiting.resolve();
          resolve();
        },
        reject: (error) => {
          waiting.reject(error);
          resolve();
        },
      });
    });
  }

  /** Does what is left to do, tidies up and ends the thread. */
  async close(): Promise<void> {
    if (this.#worker !== undefined && this.#crash === undefined) {
      await this.do({ kind: 'close' }).catch((error: unknown) => {
        this.#options.onProblem(asProblem(error));
      });
    }
    this.#closed = true;
    await this.#ended;
  }

  #start(): Worker {
    const worker = new Worker(this.#options.workerFile, { workerData: this.#options.start });
    let cause: unknown;
    worker.on('message', (reply: WriterReply) => {
      this.#take(reply);
    });
    worker.on('error', (error) => {
      cause = error;
    });
    this.#ended = new Promise((resolve) => {
      worker.once('exit', (code) => {
        if (code !== 0 || this.#pending.size > 0) this.#crashed(code, cause);
        resolve();
      });
    });
    return worker;
  }

  #take(reply: WriterReply): void {
    switch (reply.kind) {
      case 'done':
        this.#options.onCounters(reply.counters);
        this.#settle(reply.id)?.resolve();
        break;
      case 'failed':
        this.#settle(reply.id)?.reject(LoupeError.fromWire(reply.error));
        break;
      case 'counters':
        this.#options.onCounters(reply.counters);
        break;
      case 'problem':
        this.#options.onProblem(LoupeError.fromWire(reply.error));
        break;
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #crashed(code: number, cause: unknown): void {
    const why = cause === undefined ? `exit code ${String(code)}` : messageOf(cause);
    const problem = new LoupeError(
      'history-unavailable',
      `Messages cannot be stored: the history's writer stopped unexpectedly (${why}). Restart the program.`,
      { cause },
    );
    this.#crash = problem;
    for (const pending of this.#pending.values()) pending.reject(problem);
    this.#pending.clear();
    this.#options.onProblem(problem);
  }
}

function asProblem(error: unknown): LoupeError {
  return error instanceof LoupeError ? error : new LoupeError('internal', messageOf(error));
}

function closedError(): LoupeError {
  return new LoupeError(
    'history-unavailable',
    'Messages cannot be stored: the history was closed.',
  );
}
