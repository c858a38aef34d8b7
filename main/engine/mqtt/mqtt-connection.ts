import { randomBytes } from 'node:crypto';
import { addressOf, usesTls } from '../../../app/broker-address';
import type {
  ConnectionFailure,
  ConnectionState,
  DeviceConfirmation,
  ServerSettings,
} from '../../../app/connection';
import { describeFailure } from '../../../app/connection-failure';
import type { RawFailure } from '../../../app/raw-failure';
import type { PublishResult } from '../../../app/contract';
import { LoupeError } from '../../../app/errors';
import type { QoS } from '../../../app/message';
import { packetLimitBytes } from '../../../app/packet-limit';
import type { Profile } from '../../../app/profile';
import { credentialsFor } from '../sign-in/sign-in';
import { TokenSource } from '../sign-in/token-source';
import { Link } from './link';
import { isEndedToken, Losses } from './losses';
import { ClientSession, type SessionMark } from './session-store';
import { SignInRenewal } from './sign-in-renewal';
import { SubscriptionSet } from './subscription-set';
import { VersionChoice } from './version-choice';
import type {
  BulkMessage,
  BulkOutcome,
  Connection,
  ConnectionOptions,
  LinkProfile,
  OutgoingMessage,
} from './types';

/** After these the token that was used is not used again. */
const SIGN_IN_CODES: ReadonlySet<string> = new Set(['bad-credentials', 'not-authorised']);

/** A connection to the broker of a profile; it does nothing until `connect`. */
export function createConnection(options: ConnectionOptions): Connection {
  return new MqttConnection(options);
}

class MqttConnection implements Connection {
  readonly #options: ConnectionOptions;
  /** Stable for the run of the connection, so that a persistent session is found again. */
  readonly #runId = randomBytes(4).toString('hex');
  #profile: Profile;
  #state: ConnectionState = { kind: 'disconnected' };
  #link: Link | null = null;
  #retryTimer: NodeJS.Timeout | null = null;
  readonly #losses: Losses;
  readonly #session: ClientSession;
  #subscriptions = new SubscriptionSet();
  readonly #tokens: TokenSource;
  readonly #versions: VersionChoice;
  readonly #renewal: SignInRenewal;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#profile = options.profile;
    this.#session = options.session ?? new ClientSession();
    for (const filter of options.leftFilters?.() ?? []) this.#subscriptions.leave(filter);
    this.#losses = new Losses(options.reconnectDelayMs);
    this.#versions = new VersionChoice(options);
    this.#renewal = new SignInRenewal({
      link: () => this.#link,
      credentials: (profile) => {
        this.#tokens.forget();
        return this.#credentials(profile, new AbortController().signal);
      },
    });
    this.#tokens = new TokenSource({
      secret: options.secret,
      onConfirm: (confirmation) => {
        this.#confirming(confirmation);
      },
    });
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
    this.#losses.begin();
    this.#versions.begin(this.#profile);
    this.#setState({ kind: 'connecting' });
    this.#openLink();
  }

  useProfile(profile: Profile): void {
    const before = this.#profile;
    this.#profile = profile;
    if (before.version !== profile.version || addressOf(before) !== addressOf(profile))
      this.#versions.begin(profile);
    this.#link?.useSubscriptions(profile.subscriptions);
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

  get sessionMark(): SessionMark {
    return this.#session.outgoing.session;
  }

  get unsentBytes(): number {
    return this.#link?.unsentBytes ?? 0;
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

  listen(topic: string): Promise<() => void> {
    if (this.#link !== null && this.#state.kind === 'connected') return this.#link.listen(topic);
    return Promise.reject(new LoupeError('not-connected', 'Not connected. Connect first.'));
  }

  #openLink(): void {
    const profile: LinkProfile = { ...this.#profile, version: this.#versions.current };
    const clientId = this.#clientIdOf(profile);
    this.#session.begin(`${addressOf(profile)} ${clientId}`, profile.cleanStart);
    if (profile.cleanStart) this.#subscriptions = new SubscriptionSet();
    const link = new Link(
      {
        profile,
        credentials: (signal) => this.#credentials(profile, signal),
        secret: this.#options.secret,
        signInWithinMs: this.#options.signInWithinMs,
        subscriptions: this.#subscriptions,
        clientId,
        maxPacketBytes:
          this.#options.maxPacketBytes ?? packetLimitBytes(profile.maximumPacketMegabytes),
        authorities: this.#options.authorities ?? [],
        surroundings: this.#options.surroundings,
        incoming: this.#session.incoming,
        outgoing: this.#session.outgoing,
        watcher: this.#options.watcher ?? null,
      },
      {
        onConnected: (sessionPresent, server) => {
          this.#connected(profile, sessionPresent, server);
        },
        onSubscriptions: (subscriptions) => {
          if (this.#state.kind === 'connected') this.#setState({ ...this.#state, subscriptions });
          const granted = subscriptions.filter((one) => one.granted !== null);
          this.#options.onSubscribed?.(granted.map(({ filter }) => filter));
        },
        onMessage: this.#options.sink.onMessage,
        onRefused: this.#options.sink.onRefused,
        onClosed: (failure) => {
          this.#link = null;
          this.#renewal.clear();
          if (failure === null) this.#setState({ kind: 'disconnected' });
          else this.#closed(failure, profile);
        },
      },
    );
    this.#link = link;
  }

  /** At most 23 letters and digits would be certain to be accepted by a 3.1.1 server [MQTT-3.1.3-5]. */
  #clientIdOf({ clientId, connect }: Profile): string {
    if (clientId === '') return `mqtt-loupe-${this.#runId}`;
    return connect.clientIdSuffix ? `${clientId}-${this.#runId}` : clientId;
  }

  #credentials(profile: LinkProfile, signal: AbortSignal): ReturnType<typeof credentialsFor> {
    const { secret } = this.#options;
    return credentialsFor({ profile, secret, tokens: this.#tokens }, signal);
  }

  #confirming(confirm: DeviceConfirmation): void {
    const { kind } = this.#state;
    if (kind === 'connecting' || kind === 'reconnecting')
      this.#setState({ ...this.#state, confirm });
  }

  #closed(failure: RawFailure, profile: LinkProfile): void {
    if (this.#state.kind !== 'connected' && this.#versions.refused(failure)) {
      this.#openLink();
      return;
    }
    const lastedMs = this.#state.kind === 'connected' ? Date.now() - this.#state.sinceMs : null;
    const raw = this.#versions.told(failure);
    const isEnded = lastedMs !== null && isEndedToken(raw, profile, lastedMs);
    const words = describeFailure(isEnded ? { kind: 'renewal', why: 'ended' } : raw, profile);
    if (isEnded || SIGN_IN_CODES.has(words.code)) this.#tokens.forget();
    const isTaken = this.#losses.isClientIdInUse(failure, profile, lastedMs);
    this.#lost(isTaken ? this.#clientIdInUse(profile) : words, lastedMs);
  }

  #clientIdInUse(profile: LinkProfile): ConnectionFailure {
    const clientId = this.#clientIdOf(profile);
    return describeFailure({ kind: 'client-id-in-use', clientId }, profile);
  }

  #connected(profile: LinkProfile, sessionPresent: boolean, server: ServerSettings): void {
    this.#losses.connected();
    this.#versions.accepted();
    this.#setState({
      kind: 'connected',
      sinceMs: Date.now(),
      version: profile.version,
      sessionPresent,
      server,
      ...(usesTls(profile) && profile.tls.trust === 'anything' ? { isUnchecked: true } : {}),
      subscriptions: [],
    });
    this.#renewal.plan(profile);
    // It may have been edited while the connection was opened.
    if (this.#profile.subscriptions !== profile.subscriptions)
      this.#link?.useSubscriptions(this.#profile.subscriptions);
  }

  #lost(failure: ConnectionFailure, lastedMs: number | null): void {
    const next = this.#losses.next(failure, lastedMs);
    if (next.kind === 'failed') {
      this.#setState(next);
      return;
    }
    const { attempt, delayMs } = next;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      this.#openLink();
    }, delayMs);
    const retryAtMs = Date.now() + delayMs;
    this.#setState({ kind: 'reconnecting', attempt, retryAtMs, failure });
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
