import type { ConnectionState } from '../../app/connection';
import type { ReplaySettings } from '../../app/contract-replay';
import { addressOf } from '../../app/broker-address';
import { escapeHidden } from '../../app/payload/escape';
import { createConnection } from '../engine/mqtt/mqtt-connection';
import type { Connection } from '../engine/mqtt/types';
import type { SourcePlace } from '../engine/replay/message-source';
import { Replayer } from '../engine/replay/replayer';
import { SourceReader } from '../engine/replay/source-reader';
import type { Broker } from './broker';
import { engineThreads } from './places';
import { countWords, durationWords, isoMilliseconds } from './quantities';

const REFRESH_MS = 250;
const CLEAR_LINE = '\r\u001b[2K';

export interface ReplayCommandOptions {
  readonly place: SourcePlace;
  readonly settings: Omit<ReplaySettings, 'targetId'>;
  readonly broker: Broker;
}

export interface ReplaySummary {
  /** Connection: it could not be made or kept; source: the history could not be read any further. */
  readonly end: 'done' | 'signal' | 'connection' | 'source';
  readonly sent: number;
  readonly acknowledged: number;
  readonly sentAgain: number;
  readonly failed: number;
  readonly failures: ReadonlyArray<{ readonly topic: string; readonly reason: string }>;
  readonly bytes: number;
  readonly loops: number;
  readonly seconds: number;
  /** Messages per second. */
  readonly rate: number;
  readonly lateMs: number;
  readonly error: string | null;
  /** Whether the broker was reached at all. */
  readonly wasConnected: boolean;
}

/** One replay of the command line: a connection that only publishes, and what happens on stderr. */
export class ReplayCommand {
  readonly #options: ReplayCommandOptions;
  readonly #reader: SourceReader;
  readonly #connection: Connection;
  readonly #replayer: Replayer;
  readonly #ended: Promise<ReplaySummary['end']>;
  #end: (end: ReplaySummary['end']) => void = () => undefined;
  #failure: string | null = null;
  #wasConnected = false;
  #lastWords = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReplayCommandOptions) {
    const { place, settings, broker } = options;
    this.#options = options;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#reader = new SourceReader(place, engineThreads());
    this.#connection = createConnection({
      profile: broker.profile,
      authorities: broker.authorities,
      secret: broker.secret,
      surroundings: broker.surroundings,
      sink: {
        onMessage: (_, done) => {
          done();
        },
        onRefused: () => undefined,
        onState: (state) => {
          this.#stateChanged(state);
        },
      },
    });
    this.#replayer = new Replayer({
      ...settings,
      reader: this.#reader,
      connection: () => (this.#connection.state.kind === 'connected' ? this.#connection : null),
      onSend: () => undefined,
      onEnd: () => {
        this.#replayerEnded();
      },
    });
  }

  async run(): Promise<ReplaySummary> {
    this.#follow();
    this.#connection.connect();
    const end = await this.#ended;
    clearInterval(this.#timer);
    this.#replayer.stop();
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
    const summary = this.#summary(end);
    await this.#connection.disconnect();
    await this.#reader.close();
    return summary;
  }

  /** A signal came. */
  stop(): void {
    this.#end('signal');
  }

  #stateChanged(state: ConnectionState): void {
    this.#tell(this.#words(state));
    if (state.kind === 'failed') {
      this.#failure = `${state.failure.title} ${state.failure.advice} (${state.failure.technical})`;
      this.#end('connection');
      return;
    }
    if (state.kind === 'connected' && !this.#wasConnected) {
      this.#wasConnected = true;
      this.#replayer.start();
      return;
    }
    if (!this.#wasConnected) return;
    this.#replayer.connectionChanged('');
  }

  #replayerEnded(): void {
    const { phase, problem } = this.#replayer.progress(performance.now());
    if (phase === 'failed') this.#failure = problem;
    if (phase !== 'stopped') this.#end(phase === 'failed' ? 'source' : 'done');
  }

  #summary(end: ReplaySummary['end']): ReplaySummary {
    const progress = this.#replayer.progress(performance.now());
    const { sent, acknowledged, sentAgain, failed, failures, bytes, lateMs } = progress;
    const seconds = progress.elapsedMs / 1_000;
    return {
      end,
      ...{ sent, acknowledged, sentAgain, failed, failures, bytes },
      loops: progress.loopsDone,
      seconds: Math.round(seconds * 1_000) / 1_000,
      rate: seconds === 0 ? 0 : Math.round(sent / seconds),
      lateMs: Math.round(lateMs * 1_000) / 1_000,
      error: this.#failure,
      wasConnected: this.#wasConnected,
    };
  }

  #words(state: ConnectionState): string | null {
    const address = addressOf(this.#options.broker.profile);
    switch (state.kind) {
      case 'connecting':
        return `connecting to ${address} …`;
      case 'connected':
        return `connected to ${address} with MQTT ${state.version}, replaying`;
      case 'reconnecting':
        return `the connection was lost: ${state.failure.title} Trying again, attempt ${String(state.attempt)} …`;
      default:
        // How it ended is told at the end.
        return null;
    }
  }

  #tell(words: string | null): void {
    if (words === null || words === this.#lastWords) return;
    this.#lastWords = words;
    const clear = process.stderr.isTTY ? CLEAR_LINE : '';
    process.stderr.write(`${clear}mqtt-loupe replay: ${escapeHidden(words)}\n`);
  }

  #follow(): void {
    if (!process.stderr.isTTY) return;
    this.#timer = setInterval(() => {
      process.stderr.write(`${CLEAR_LINE}${this.#line()}`);
    }, REFRESH_MS);
  }

  #line(): string {
    const progress = this.#replayer.progress(performance.now());
    const { positionUs, sent, failed, rate } = progress;
    const parts = [
      durationWords(progress.elapsedMs),
      ...(progress.phase === 'playing' ? [] : [progress.phase]),
      ...(positionUs === null ? [] : [`at ${isoMilliseconds(positionUs)}`]),
      `${countWords(Math.round(rate))}/s`,
      `sent ${countWords(sent)}`,
      `waiting ${countWords(this.#replayer.unacknowledged)}`,
      `failed ${countWords(failed)}`,
    ];
    return parts.join(' · ').slice(0, (process.stderr.columns || 80) - 1);
  }
}
