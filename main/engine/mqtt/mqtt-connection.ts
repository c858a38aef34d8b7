import { randomBytes } from 'node:crypto';
import { addressOf } from '../../../app/broker-address';
import type { ConnectionFailure, ConnectionState } from '../../../app/connection';
import { describeFailure } from '../../../app/connection-failure';
import type { PublishResult } from '../../../app/contract';
import type { QoS } from '../../../app/message';
import type { Profile } from '../../../app/profile';
import { Link } from './link';
import { reconnectDelayMs, STABLE_AFTER_MS } from './reconnect-policy';
import { SessionStore } from './session-store';
import type {
  BulkMessage,
  BulkOutcome,
  Connection,
  ConnectionOptions,
  OutgoingMessage,
} from './types';

/** The largest that MQTT can carry: a Remaining Length of 268,435,455 (MQTT 5.0 §2.1.4) and a fixed header of five bytes. */
const DEFAULT_MAX_PACKET_BYTES = 268_435_460;

/** A connection to the broker of a profile; it does nothing until `connect`. */
export function createConnection(options: ConnectionOptions): Connection {
  return new MqttConnection(options);
}

class MqttConnection implements Connection {
  readonly #options: ConnectionOptions;
  /** Stable for the run of the connection, so that a persistent session is found again. */
  readonly #generatedId = `mqtt-loupe-${randomBytes(4).toString('hex')}`;
  #profile: Profile;
  #state: ConnectionState = { kind: 'disconnected' };
  #link: Link | null = null;
  #retryTimer: NodeJS.Timeout | null = null;
  /** Losses and failed tries since the connection was last sound. */
  #attempt = 0;
  #wasConnected = false;
  #incoming = new SessionStore({ resends: false });
  #outgoing = new SessionStore({ resends: true });

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#profile = options.profile;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get maximumQoS(): QoS {
    return this.#link?.maximumQoS ?? 2;
  }

  connect(): void {
    if (this.#state.kind === 'reconnecting') {
      this.retryNow();
      return;
    }
    if (this.#link !== null) return;
    this.#attempt = 0;
    this.#wasConnected = false;
    this.#setState({ kind: 'connecting' });
    this.#openLink();
  }

  useProfile(profile: Profile): void {
    this.#profile = profile;
  }

  retryNow(): void {
    if (this.#state.kind !== 'reconnecting' || this.#link !== null) return;
    this.#clearRetry();
    this.#setState({ ...this.#state, retryAtMs: Date.now() });
    this.#openLink();
  }

  async disconnect(): Promise<void> {
    this.#clearRetry();
    const link = this.#link;
    if (link === null) {
      if (this.#state.kind !== 'disconnected') this.#setState({ kind: 'disconnected' });
      return;
    }
    await link.close();
  }

  publish(message: OutgoingMessage): Promise<PublishResult> {
    const result = this.#state.kind === 'connected' ? this.#link?.publish(message) : undefined;
    return (
      result ??
      Promise.resolve({
        kind: 'refused',
        elapsedMs: 0,
        reason: `Not connected to ${addressOf(this.#profile)}.`,
      })
    );
  }

  publishBulk(message: BulkMessage, done: (outcome: BulkOutcome) => void): boolean {
    return this.#state.kind === 'connected' && this.#link?.publishBulk(message, done) === true;
  }

  askRetained(topic: string, arrived: Promise<unknown>): Promise<boolean> {
    return this.#link?.askRetained(topic, arrived) ?? Promise.resolve(false);
  }

  #openLink(): void {
    const { sink, secret } = this.#options;
    const profile = this.#profile;
    if (profile.cleanStart) this.#forgetSession();
    const link = new Link(
      {
        profile,
        secret,
        // At most 23 letters and digits would be certain to be accepted by a 3.1.1 server [MQTT-3.1.3-5].
        clientId: profile.clientId === '' ? this.#generatedId : profile.clientId,
        maxPacketBytes: this.#options.maxPacketBytes ?? DEFAULT_MAX_PACKET_BYTES,
        authorities: this.#options.authorities ?? [],
        incoming: this.#incoming,
        outgoing: this.#outgoing,
      },
      {
        onConnected: (sessionPresent) => {
          this.#connected(profile.version, sessionPresent);
        },
        onSubscriptions: (subscriptions) => {
          if (this.#state.kind === 'connected') this.#setState({ ...this.#state, subscriptions });
        },
        onMessage: sink.onMessage,
        onRefused: sink.onRefused,
        onClosed: (failure) => {
          this.#link = null;
          if (failure === null) this.#setState({ kind: 'disconnected' });
          else this.#lost(describeFailure(failure, profile));
        },
      },
    );
    this.#link = link;
  }

  /** New stores, because a link that is still delivering keeps the old ones. */
  #forgetSession(): void {
    this.#incoming = new SessionStore({ resends: false });
    this.#outgoing = new SessionStore({ resends: true });
  }

  #connected(version: Profile['version'], sessionPresent: boolean): void {
    this.#wasConnected = true;
    this.#setState({
      kind: 'connected',
      sinceMs: Date.now(),
      version,
      sessionPresent,
      subscriptions: [],
    });
  }

  /** A first try that fails is told at once; a connection that was there is brought back, where that can help. */
  #lost(failure: ConnectionFailure): void {
    if (!this.#wasConnected || !failure.retryable) {
      this.#setState({ kind: 'failed', failure });
      return;
    }
    const sinceMs = this.#state.kind === 'connected' ? this.#state.sinceMs : Infinity;
    this.#attempt = Date.now() - sinceMs >= STABLE_AFTER_MS ? 1 : this.#attempt + 1;
    const delayMs = (this.#options.reconnectDelayMs ?? defaultDelayMs)(this.#attempt);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      this.#openLink();
    }, delayMs);
    this.#setState({
      kind: 'reconnecting',
      attempt: this.#attempt,
      retryAtMs: Date.now() + delayMs,
      failure,
    });
  }

  #clearRetry(): void {
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.#options.sink.onState(state);
  }
}

function defaultDelayMs(attempt: number): number {
  return reconnectDelayMs(attempt, Math.random());
}
