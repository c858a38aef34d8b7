import { Worker } from 'node:worker_threads';
import type { DecodingSchema } from '../../../app/decoding/rules';
import { LoupeError, messageOf } from '../../../app/errors';
import type {
  ChartThreadStart,
  FromChartThread,
  SeriesAnswer,
  SeriesRequest,
  ToChartThread,
} from './chart-protocol';

export interface ChartThreadOptions {
  /** The bundle of chart-worker.ts. */
  readonly workerFile: string;
  readonly schemas: () => readonly DecodingSchema[];
  /** How long one message may take to decode, ms. */
  readonly stuckMs?: number;
}

const LOOK_MS = 500;
/** A file that is locked is waited for half as long. */
const STUCK_MS = 10_000;
/** What it knows, and the files that it holds, are let go of when nobody asked for so long. */
const IDLE_MS = 60_000;
const MOST_HEAP_MEGABYTES = 1_024;

interface Waiting {
  readonly request: SeriesRequest;
  readonly onProgress: (share: number) => void;
  readonly resolve: (answer: SeriesAnswer) => void;
  readonly reject: (error: LoupeError) => void;
}

export interface SeriesRun {
  readonly answer: Promise<SeriesAnswer>;
  /** The answer is rejected with `cancelled`. */
  readonly cancel: () => void;
}

/** The thread that reads charts. One that is stuck on a payload, or out of memory, is ended, and what waits goes on in a new one. */
export class ChartThread {
  readonly #options: ChartThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #pulse = new Int32Array(new SharedArrayBuffer(8));
  #seenBeat = 0;
  #stillMs = 0;
  #idleMs = 0;
  #watch: NodeJS.Timeout | null = null;
  #nextId = 1;
  #threads = 0;
  #isClosed = false;

  constructor(options: ChartThreadOptions) {
    this.#options = options;
  }

  read(request: SeriesRequest, onProgress: (share: number) => void): SeriesRun {
    const id = this.#nextId++;
    const answer = new Promise<SeriesAnswer>((resolve, reject) => {
      if (this.#isClosed) {
        reject(cancelled());
        return;
      }
      this.#waiting.set(id, { request, onProgress, resolve, reject });
      this.#idleMs = 0;
      this.#tell({ t: 'read', id, request });
      this.#watch ??= setInterval(() => {
        this.#look();
      }, LOOK_MS).unref();
    });
    return {
      answer,
      cancel: () => {
        const waiting = this.#waiting.get(id);
        if (!waiting) return;
        this.#waiting.delete(id);
        this.#worker?.postMessage({ t: 'cancel', id } satisfies ToChartThread);
        waiting.reject(cancelled());
      },
    };
  }

  /** Starts the thread before it is asked: the first chart then does not wait for it. */
  getReady(): void {
    if (!this.#isClosed) this.#worker ??= this.#start();
  }

  schemasChanged(): void {
    this.#worker?.postMessage(this.#schemas());
  }

  /** Lets go of the files. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopWatching();
    for (const { reject } of this.#waiting.values()) reject(cancelled());
    this.#waiting.clear();
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #tell(message: ToChartThread): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const pulse = new SharedArrayBuffer(8);
    this.#pulse = new Int32Array(pulse);
    const thread = ++this.#threads;
    const worker = new Worker(this.#options.workerFile, {
      workerData: { thread, pulse } satisfies ChartThreadStart,
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MEGABYTES },
    });
    worker.on('message', (message: FromChartThread) => {
      if (worker === this.#worker) this.#receive(message);
    });
    worker.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      const isMemory = code === 'ERR_WORKER_OUT_OF_MEMORY';
      if (worker === this.#worker) this.#end(isMemory ? 'took too much memory' : messageOf(error));
    });
    worker.on('exit', () => {
      if (worker === this.#worker) this.#end('ended unexpectedly');
    });
    worker.postMessage(this.#schemas());
    return worker;
  }

  #receive(message: FromChartThread): void {
    const waiting = this.#waiting.get(message.id);
    if (message.t === 'progress') {
      waiting?.onProgress(message.share);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.t === 'done') waiting?.resolve(message.answer);
    else waiting?.reject(LoupeError.fromWire(message.error));
  }

  /** A thread that has work and does not go on is stuck. */
  #look(): void {
    this.#idleMs = this.#waiting.size === 0 ? this.#idleMs + LOOK_MS : 0;
    if (this.#idleMs >= IDLE_MS) {
      this.#rest();
      return;
    }
    const beat = Atomics.load(this.#pulse, 0);
    const isStill = beat === this.#seenBeat && Atomics.load(this.#pulse, 1) !== 0;
    this.#seenBeat = beat;
    this.#stillMs = isStill ? this.#stillMs + LOOK_MS : 0;
    if (this.#stillMs >= (this.#options.stuckMs ?? STUCK_MS)) this.#end('took too long');
  }

  /** A new thread, which holds nothing yet, waits in place of the old one. */
  #rest(): void {
    const worker = this.#worker;
    this.#worker = null;
    this.#stopWatching();
    void worker?.terminate();
    this.getReady();
  }

  /** Ends the thread for what it did; only the number that it worked on fails. */
  #end(why: string): void {
    const worker = this.#worker;
    this.#worker = null;
    this.#stillMs = 0;
    void worker?.terminate();
    const blamed = Atomics.load(this.#pulse, 1);
    const [first] = this.#waiting.keys();
    const id = this.#waiting.has(blamed) ? blamed : first;
    if (id === undefined) return;
    const culprit = this.#waiting.get(id);
    this.#waiting.delete(id);
    culprit?.reject(
      new LoupeError('timeout', `Reading the values of this topic ${why}, so it was ended.`),
    );
    for (const [other, { request }] of this.#waiting) this.#tell({ t: 'read', id: other, request });
  }

  #schemas(): ToChartThread {
    return { t: 'schemas', schemas: this.#options.schemas() };
  }

  #stopWatching(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }
}

function cancelled(): LoupeError {
  return new LoupeError('cancelled', 'The chart is not wanted any more.');
}
