import { Worker } from 'node:worker_threads';
import { LoupeError, messageOf } from '../../../app/errors';
import type { DecodingSchema } from '../../../app/decoding/rules';
import type {
  DecodingResults,
  DecodingTask,
  FromDecodingThread,
  ToDecodingThread,
} from './decoding-protocol';

export interface DecodingThreadOptions {
  /** The bundle of decoding-worker.ts. */
  readonly workerFile: string;
  readonly schemas: () => readonly DecodingSchema[];
  /** How long a small payload may take, ms. */
  readonly limitMs?: number;
  /** What its objects may take; bytes are limited by what may come out. */
  readonly heapMegabytes?: number;
}

const LIMIT_MS = 1_000;
/** Larger payloads get more time: what takes this many bytes a second is slow, not stuck. */
const SLOWEST_BYTES_PER_SECOND = 4 * 1024 * 1024;
const MOST_HEAP_MEGABYTES = 768;
/** A person reads one message, and compares it with another: more waiting means that answers are not wanted any more. */
const MOST_WAITING = 64;

interface Waiting {
  readonly task: DecodingTask;
  readonly resolve: (result: DecodingResults[DecodingTask['kind']]) => void;
  readonly reject: (error: LoupeError) => void;
}

/**
 * The engine's side of the decoding thread: one task at a time, each under a limit of time and all under one of memory.
 * A thread that exceeds them is ended, its task fails with words, and the next task gets a new one.
 */
export class DecodingThread {
  private worker: Worker | null = null;
  private isReady = false;
  private readonly waiting: Waiting[] = [];
  private current: Waiting | null = null;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private nextId = 1;

  constructor(private readonly options: DecodingThreadOptions) {}

  /** @throws LoupeError `invalid-argument` with the reason of a failure, `timeout` when it was ended */
  run<Task extends DecodingTask>(task: Task): Promise<DecodingResults[Task['kind']]> {
    return new Promise<DecodingResults[Task['kind']]>((resolve, reject) => {
      if (this.closed || this.waiting.length >= MOST_WAITING) {
        reject(new LoupeError('cancelled', 'Nothing was decoded: too much is waiting already.'));
        return;
      }
      // The task ties the result to its kind, which the list cannot express.
      this.waiting.push({ task, resolve: resolve as Waiting['resolve'], reject });
      this.next();
    });
  }

  /** To be called when the schemas changed. */
  schemasChanged(): void {
    if (this.worker) this.tell({ t: 'schemas', schemas: this.options.schemas() });
  }

  async close(): Promise<void> {
    this.closed = true;
    const { worker } = this;
    this.fail(new LoupeError('cancelled', 'The engine is closing.'));
    await worker?.terminate();
  }

  private next(): void {
    if (this.current || this.closed || this.waiting.length === 0) return;
    this.worker ??= this.start();
    if (!this.isReady) return;
    const next = this.waiting.shift();
    if (!next) return;
    this.current = next;
    this.timer = setTimeout(() => {
      this.exceeded(`took longer than ${String(this.limitMs(next.task) / 1000)} s`);
    }, this.limitMs(next.task));
    this.tell({ t: 'task', id: this.nextId, task: next.task });
  }

  private limitMs(task: DecodingTask): number {
    const bytes =
      task.kind === 'decode'
        ? task.bytes.length
        : task.kind === 'encode'
          ? task.order.text.length
          : 0;
    const { limitMs = LIMIT_MS } = this.options;
    return Math.round(limitMs * (1 + bytes / SLOWEST_BYTES_PER_SECOND));
  }

  private start(): Worker {
    const worker = new Worker(this.options.workerFile, {
      resourceLimits: { maxOldGenerationSizeMb: this.options.heapMegabytes ?? MOST_HEAP_MEGABYTES },
    });
    worker.on('message', (message: FromDecodingThread) => {
      if (worker === this.worker) this.receive(message);
    });
    worker.on('error', (error) => {
      if (worker !== this.worker) return;
      const { code } = error as NodeJS.ErrnoException;
      this.exceeded(
        code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'took too much memory' : messageOf(error),
      );
    });
    worker.on('exit', () => {
      if (worker === this.worker) this.exceeded('ended unexpectedly');
    });
    this.isReady = false;
    worker.postMessage({
      t: 'schemas',
      schemas: this.options.schemas(),
    } satisfies ToDecodingThread);
    return worker;
  }

  private receive(message: FromDecodingThread): void {
    if (message.t === 'ready') {
      this.isReady = true;
      this.next();
      return;
    }
    if (message.id !== this.nextId) return;
    this.nextId += 1;
    clearTimeout(this.timer);
    const { current } = this;
    this.current = null;
    if (message.t === 'done') current?.resolve(message.result);
    else current?.reject(new LoupeError('invalid-argument', message.message));
    this.next();
  }

  /** Ends the thread for what it did; what waits behind it is tried with a new one. */
  private exceeded(why: string): void {
    const { worker, current } = this;
    this.worker = null;
    this.isReady = false;
    this.nextId += 1;
    clearTimeout(this.timer);
    this.current = null;
    void worker?.terminate();
    const error = new LoupeError('timeout', `Decoding ${why}, so it was ended.`);
    // Before its first task, the thread could not start at all: whoever waits has to know.
    (current ?? this.waiting.shift())?.reject(error);
    this.next();
  }

  private fail(error: LoupeError): void {
    clearTimeout(this.timer);
    this.current?.reject(error);
    this.current = null;
    for (const { reject } of this.waiting.splice(0)) reject(error);
    this.worker = null;
  }

  private tell(message: ToDecodingThread): void {
    this.worker?.postMessage(message);
  }
}
