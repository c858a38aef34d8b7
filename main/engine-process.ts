import {
  MessageChannelMain,
  utilityProcess,
  type UtilityProcess,
  type WebContents,
} from 'electron';
import { LoupeError, messageOf, toWireError, type WireError } from '../app/errors';
import type { HostQuestion, ToEngineHost, ToMainHost } from '../app/host';
import type { SecretName } from '../app/secret';

export interface EngineProcessOptions {
  /** The engine's bundle. */
  readonly file: string;
  /** The data folder. */
  readonly home: string;
  readonly secret: (profileId: string, name: SecretName) => Promise<string | undefined>;
  /** The system's proxies for a URL: `PROXY host:3128; DIRECT`. */
  readonly systemProxy: (url: string) => Promise<string>;
  /** Keeps a secret, or with null forgets it. */
  readonly keepSecret: (profileId: string, name: SecretName, value: string | null) => Promise<void>;
  readonly onProfileGone: (profileId: string) => void;
  readonly onWarning: (message: string) => void;
  readonly onLost: () => void;
  readonly onRestarted: () => void;
  /** It crashed again and again and is not started any more. */
  readonly onFailed: (message: string) => void;
}

const RESTART_DELAY_MS = 200;
/** More crashes than this within the window, and restarting is no help. */
const MAX_CRASHES = 5;
const CRASH_WINDOW_MS = 60_000;
/** So often it may end before it was ready: what hinders it may be gone a moment later, but not for ever. */
const MOST_FAILED_STARTS = 3;
const STOP_TIMEOUT_MS = 5_000;

type KeepSecret = Extract<ToMainHost, { t: 'keep-secret' }>;
type SecretWanted = Extract<ToMainHost, { t: 'secret-wanted' }>;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LoupeError) => void;
}

/**
 * The engine's process: started, watched, started again after a crash with the connections it had. Main sees no
 * traffic: each window gets a port of its own straight to the engine.
 */
export class EngineProcess {
  private process: UtilityProcess | null = null;
  private connected: readonly string[] = [];
  private replay: string | null = null;
  private readonly windows = new Set<WebContents>();
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private crashes: number[] = [];
  private failedStarts = 0;
  private stopping: (() => void) | null = null;
  private fatal: string | null = null;
  private failed: string | null = null;
  private restart: NodeJS.Timeout | null = null;

  constructor(private readonly options: EngineProcessOptions) {}

  start(): void {
    const engine = utilityProcess.fork(this.options.file, [this.options.home], {
      serviceName: 'MQTT Loupe engine',
      stdio: 'inherit',
    });
    this.process = engine;
    engine.on('message', (message: ToMainHost) => {
      if (this.process === engine) this.receive(message);
    });
    engine.once('exit', (code) => {
      if (this.process === engine) this.exited(code);
    });
    for (const window of this.windows) this.givePort(window);
  }

  /** Why it is not started any more; null while it runs or is about to. */
  get failure(): string | null {
    return this.failed;
  }

  /** The replay under way, in words; null when none is. */
  get replaying(): string | null {
    return this.replay;
  }

  /** Connects a window with the engine, and again after every restart, until it is destroyed. */
  serve(window: WebContents): void {
    if (!this.windows.has(window)) {
      this.windows.add(window);
      window.once('destroyed', () => this.windows.delete(window));
    }
    this.givePort(window);
  }

  /** Rejects with a `LoupeError`. */
  ask(question: HostQuestion): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.process) {
        reject(new LoupeError('engine-unavailable', this.failed ?? 'The engine is not running.'));
        return;
      }
      const id = this.nextId++;
      this.pending.set(id, { resolve, reject });
      this.tell({ t: 'ask', id, question });
    });
  }

  /** Lets the engine store what it has and end; resolves when it did, or after a time limit. */
  stop(): Promise<void> {
    if (this.restart !== null) clearTimeout(this.restart);
    const engine = this.process;
    if (!engine) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.stopping = null;
        this.process = null;
        engine.kill();
        resolve();
      };
      const timer = setTimeout(end, STOP_TIMEOUT_MS);
      this.stopping = end;
      this.tell({ t: 'stop' });
    });
  }

  private givePort(window: WebContents): void {
    if (!this.process || window.isDestroyed()) return;
    const { port1, port2 } = new MessageChannelMain();
    this.process.postMessage({ t: 'window' } satisfies ToEngineHost, [port1]);
    window.postMessage('engine-port', null, [port2]);
  }

  private receive(message: ToMainHost): void {
    switch (message.t) {
      case 'ready':
        this.fatal = null;
        this.failedStarts = 0;
        if (this.crashes.length > 0) this.cameBack();
        return;
      case 'connected':
        this.connected = message.profileIds;
        return;
      case 'replaying':
        this.replay = message.words;
        return;
      case 'secret-wanted':
        void this.giveSecret(message);
        return;
      case 'proxy-wanted':
        void this.giveProxy(message.id, message.url);
        return;
      case 'keep-secret':
        void this.keepSecret(message);
        return;
      case 'profile-gone':
        this.options.onProfileGone(message.profileId);
        return;
      case 'warning':
        this.options.onWarning(message.message);
        return;
      case 'fatal':
        this.fatal = message.message;
        return;
      case 'answer':
        this.take(message.id)?.resolve(message.value);
        return;
      case 'failed':
        this.take(message.id)?.reject(LoupeError.fromWire(message.error));
        return;
      case 'stopped':
        this.stopping?.();
    }
  }

  private async giveSecret({ id, profileId, name }: SecretWanted): Promise<void> {
    let problem: WireError | null = null;
    const value = await this.options.secret(profileId, name).catch((error: unknown) => {
      problem = toWireError(error);
      return undefined;
    });
    this.tell({ t: 'secret', id, value: value ?? null, problem });
  }

  private async giveProxy(id: number, url: string): Promise<void> {
    const value = await this.options.systemProxy(url).catch((error: unknown) => {
      this.options.onWarning(`The system's proxy settings could not be read (${String(error)}).`);
      return 'DIRECT';
    });
    this.tell({ t: 'proxy', id, value });
  }

  private async keepSecret({ id, profileId, name, value }: KeepSecret): Promise<void> {
    const problem = await this.options.keepSecret(profileId, name, value).then(
      () => null,
      (error: unknown) =>
        `A password could not be kept by the system’s keyring (${messageOf(error)}). Unlock it and try again.`,
    );
    this.tell({ t: 'secret-kept', id, problem });
  }

  private cameBack(): void {
    this.tell({ t: 'connect', profileIds: this.connected });
    this.options.onRestarted();
  }

  private exited(code: number): void {
    this.process = null;
    this.replay = null;
    if (this.stopping) {
      this.stopping();
      return;
    }
    const lost = new LoupeError(
      'engine-unavailable',
      this.fatal ?? `The engine stopped unexpectedly (exit code ${String(code)}).`,
    );
    for (const call of this.pending.values()) call.reject(lost);
    this.pending.clear();
    this.failedStarts += 1;
    const now = Date.now();
    this.crashes = [...this.crashes.filter((at) => now - at < CRASH_WINDOW_MS), now];
    if (this.crashes.length > MAX_CRASHES || this.failedStarts > MOST_FAILED_STARTS) {
      this.failed = `${this.fatal ?? 'It stopped several times in a minute, without a word.'} What was stored is safe.`;
      this.options.onFailed(this.failed);
      return;
    }
    this.options.onLost();
    this.restart = setTimeout(() => {
      this.start();
    }, RESTART_DELAY_MS);
  }

  private take(id: number): Pending | undefined {
    const call = this.pending.get(id);
    this.pending.delete(id);
    return call;
  }

  private tell(message: ToEngineHost): void {
    this.process?.postMessage(message);
  }
}
