import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LoupeError, messageOf } from '../../../app/errors';
import { STOP_MESSAGE } from './demo-messages';
import type { DemoWorkerData, DemoWorkerMessage } from './demo-messages';

export interface DemoBroker {
  readonly port: number;
  /** Resolves when nothing listens any more. */
  stop(): Promise<void>;
}

export interface DemoBrokerOptions {
  /** The bundled worker; by default the one beside the engine's bundle. */
  readonly workerFile?: string;
  /** The port to listen on; 0 (or nothing) takes a free one. */
  readonly port?: number;
  /** Makes the plant repeat itself. */
  readonly seed?: number;
  /** The broker crashed and could not be brought back. */
  readonly onStopped?: (reason: string) => void;
}

const STOP_WITHIN_MS = 2_000;
const MAX_RESTARTS = 3;

/**
 * Starts the built-in broker (MQTT 3.1 and 3.1.1) on a port of this computer only, a free one unless told. Should its thread crash, it is
 * started again on the same port, so that connections find it again; after three crashes it stays down.
 * Rejects with `internal` when it can't be started.
 */
export async function startDemoBroker(options: DemoBrokerOptions = {}): Promise<DemoBroker> {
  const broker = new DemoWorker(options);
  return { port: await broker.start(), stop: () => broker.stop() };
}

class DemoWorker {
  readonly #options: DemoBrokerOptions;
  #worker: Worker | null = null;
  #port = 0;
  #restarts = 0;
  #stopping = false;

  constructor(options: DemoBrokerOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
  }

  start(): Promise<number> {
    return new Promise((resolve, reject) => {
      const workerData: DemoWorkerData = { port: this.#port, seed: this.#options.seed ?? null };
      const worker = new Worker(this.#options.workerFile ?? join(__dirname, 'demo-broker.cjs'), {
        workerData,
      });
      this.#worker = worker;
      let listening = false;
      let reason = 'its thread ended';
      worker.on('message', (message: DemoWorkerMessage) => {
        if (message.kind === 'failed') {
          reason = message.reason;
          return;
        }
        listening = true;
        this.#port = message.port;
        resolve(message.port);
      });
      worker.on('error', (error: unknown) => {
        reason = messageOf(error);
      });
      worker.once('exit', () => {
        if (this.#worker === worker) this.#worker = null;
        if (!listening)
          reject(new LoupeError('internal', `The built-in broker did not start: ${reason}.`));
        else if (!this.#stopping) this.#restart(reason);
      });
    });
  }

  #restart(reason: string): void {
    this.#restarts += 1;
    if (this.#restarts > MAX_RESTARTS) {
      this.#options.onStopped?.(`The built-in broker stopped: ${reason}.`);
      return;
    }
    this.start().catch((error: unknown) => {
      this.#options.onStopped?.(error instanceof Error ? error.message : reason);
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        resolve();
      });
    });
    worker.postMessage(STOP_MESSAGE);
    const timer = setTimeout(() => {
      void worker.terminate();
    }, STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }
}
