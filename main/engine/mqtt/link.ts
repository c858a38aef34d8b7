import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import { MqttClient } from 'mqtt';
import type { IConnackPacket, IPublishPacket, Packet } from 'mqtt';
import type { ServerSettings, SubscriptionOutcome } from '../../../app/connection';
import type { RawFailure } from '../../../app/raw-failure';
import type { PublishResult } from '../../../app/contract';
import { LoupeError, messageOf } from '../../../app/errors';
import type { Subscription } from '../../../app/subscription';
import type { QoS } from '../../../app/message';
import { LARGE_WILL_BYTES } from '../../../app/will';
import {
  clientFailure,
  clientOptions,
  CONNACK_WITHIN_MS,
  serverDuties,
  settingsFailure,
  SignInError,
} from './client-options';
import type { ConnectParts } from './client-options';
import type { Credentials } from '../sign-in/sign-in';
import { GuardedStream } from './guard';
import { dropLateAnswers } from './late-answers';
import { connectPartsOf, openSocket, type LinkOptions } from './link-opening';
import { refusalAnswer, refusalText } from './refused-publish';
import type { RefusedPublish } from './refused-publish';
import { hasSoundId, MISSING_ID } from './packet-id';
import { isPasswordAlone, PasswordAlone } from './password-alone';
import { Publisher } from './publisher';
import { PacketRules } from './rules/packet-rules';
import type { SessionMark } from './session-store';
import { SignInExchange } from './sign-in-exchange';
import { rawSocketFailure, StreamError } from './streams';
import { serverSettings } from './server-settings';
import type { WatchedStream } from './stream-tap';
import { Subscribing } from './subscribing';
import { askRetained, subscribeOnce } from './subscriptions';
import { TopicAliases } from './topic-aliases';
import type { Arrived, BulkMessage, BulkOutcome, OutgoingMessage, Receive } from './types';

const CLOSE_WITHIN_MS = 2_000;
const PROTOCOL_ERROR = 0x82;
/** DISCONNECT with reason 0 (3.1.1 §3.14; in 5 an omitted reason means 0x00, §3.14.2.1). */
const DISCONNECT = Buffer.from([0xe0, 0x00]);

export interface LinkEvents {
  readonly onConnected: (sessionPresent: boolean, server: ServerSettings) => void;
  readonly onSubscriptions: (outcomes: readonly SubscriptionOutcome[]) => void;
  readonly onMessage: Receive;
  readonly onRefused: (detail: string) => void;
  /** Once, when nothing is open any more. Null: we closed it. */
  readonly onClosed: (failure: RawFailure | null) => void;
}

/**
 * One network connection, from opening the socket to its close: it connects, subscribes, carries messages, and ends with
 * `onClosed`, whatever happens. It never comes back; reconnecting makes a new one.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #abort = new AbortController();
  readonly #closed: Promise<void>;
  #resolveClosed: () => void = () => undefined;
  #stream: GuardedStream | null = null;
  #publisher: Publisher | null = null;
  #client: MqttClient | null = null;
  readonly #signIn = new SignInExchange();
  #server: ServerSettings | null = null;
  readonly #subscribing: Subscribing;
  readonly #aliases = new TopicAliases();
  #watched: WatchedStream | null = null;
  #rules: PacketRules | null = null;
  #failure: RawFailure | null = null;
  #phase: 'opening' | 'connack' | 'subscribe' | 'session' = 'opening';
  #willBytes = 0;
  #closing = false;
  #finished = false;
  /** What messages of QoS 2 belong to. */
  #session: SessionMark = {};
  #closeTimer: NodeJS.Timeout | undefined;
  #readyTimer: NodeJS.Timeout | undefined;
  #signInTimer: NodeJS.Timeout | undefined;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
    this.#subscribing = new Subscribing(options, {
      onOutcomes: (outcomes) => {
        if (this.#finished) return;
        this.#phase = 'session';
        events.onSubscriptions(outcomes);
      },
      onBroken: (error) => {
        // 'Connection closed' is told by the close itself; the first failure counts.
        if (!this.#stream?.destroyed) this.#fail({ kind: 'malformed', message: messageOf(error) });
      },
    });
    this.#closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    void this.#open();
  }

  get maximumQoS(): QoS {
    return this.#publisher?.maximumQoS ?? 2;
  }

  /** See `Connection`. */
  get unsentBytes(): number {
    return this.#stream?.unsentBytes ?? 0;
  }

  /** Null until the CONNACK. */
  publish(message: OutgoingMessage): Promise<PublishResult> | null {
    return this.#publisher?.publish(message) ?? null;
  }

  /** See `Connection`; false until the CONNACK. */
  publishBulk(message: BulkMessage, done: (outcome: BulkOutcome) => void): boolean {
    return this.#publisher?.publishBulk(message, done) ?? false;
  }

  /** See `askRetained`; false before the CONNACK and when the connection closes meanwhile. */
  async askRetained(topic: string, arrived: Promise<unknown>): Promise<boolean> {
    if (this.#client === null || this.#publisher === null || this.#finished) return false;
    const own = this.#options.subscriptions.optionsOf(topic);
    try {
      return await askRetained(this.#client, topic, own, arrived);
    } catch {
      // Only a connection that closed meanwhile does not answer; its end is told by `onClosed`.
      return false;
    }
  }

  /** See `Connection.listen`. */
  async listen(topic: string): Promise<() => void> {
    const { subscriptions, profile } = this.#options;
    const client = this.#client;
    if (client === null || this.#publisher === null || this.#finished) throw notConnected();
    if (subscriptions.brings(topic)) return () => undefined;
    await subscribeOnce(client, topic, profile.version);
    return () => {
      if (subscriptions.optionsOf(topic) !== null) return;
      // The broker still has it when the session outlives the connection.
      if (this.#finished) subscriptions.leave(topic);
      else client.unsubscribe(topic);
    };
  }

  /** When the credentials end, wall clock in ms; null when they don't. */
  get expiresAtMs(): number | null {
    return this.#signIn.expiresAtMs;
  }

  /** Subscribes what is new, unsubscribes what is gone; before the CONNACK it is what will be subscribed. */
  useSubscriptions(subscriptions: readonly Subscription[]): void {
    this.#subscribing.wanted = subscriptions;
    if (!this.#closing && !this.#finished) this.#subscribing.bring();
  }

  /**
   * Sends new authentication data over the open connection (MQTT 5.0 §4.12.1). False when there is no enhanced authentication to
   * go on with.
   */
  signInAgain(credentials: Credentials): boolean {
    if (this.#server === null || this.#finished) return false;
    const packet = this.#signIn.again(credentials);
    if (packet === null) return false;
    this.#stream?.write(packet);
    clearTimeout(this.#signInTimer);
    this.#signInTimer = setTimeout(() => {
      if (this.#signIn.isAgain) this.renew('unanswered');
    }, this.#options.signInWithinMs ?? CONNACK_WITHIN_MS);
    return true;
  }

  /** Closes it as `close` does, and says that it is to come back with new credentials. */
  renew(why: 'ends' | 'unanswered' = 'ends'): void {
    if (this.#closing || this.#finished) return;
    this.#failure ??= { kind: 'renewal', why };
    this.#stream?.write(DISCONNECT);
    this.#stream?.end();
    this.#closeTimer = setTimeout(() => this.#stream?.destroy(), CLOSE_WITHIN_MS);
  }

  /** DISCONNECT with reason 0 where there is a connection; resolves when the socket is closed. */
  close(): Promise<void> {
    if (!this.#closing && !this.#finished) {
      this.#closing = true;
      this.#abort.abort();
      const stream = this.#stream;
      if (stream !== null && !stream.destroyed) {
        stream.write(DISCONNECT);
        stream.end();
        this.#closeTimer = setTimeout(() => stream.destroy(), CLOSE_WITHIN_MS);
      }
    }
    return this.#closed;
  }

  async #open(): Promise<void> {
    try {
      const { signal } = this.#abort;
      const parts = await connectPartsOf(this.#options, signal);
      this.#signIn.begin(parts.credentials);
      signal.throwIfAborted();
      this.#speakMqtt(await openSocket(this.#options, signal), parts);
    } catch (error) {
      this.#failure ??=
        error instanceof StreamError ? error.raw : { kind: 'unknown', message: messageOf(error) };
      this.#finish();
    }
  }

  #speakMqtt(socket: Duplex, parts: ConnectParts): void {
    this.#willBytes = parts.willPayload?.length ?? 0;
    const settings = clientOptions(this.#options, parts);
    const rules = new PacketRules(serverDuties(this.#options.profile, settings));
    this.#rules = rules;
    const stream = new GuardedStream(socket, {
      maxPacketBytes: this.#options.maxPacketBytes,
      onRefused: (packet) => {
        this.#refused(packet);
      },
      onViolation: (violation) => {
        this.#fail(violation);
      },
      onSocketError: (error) => {
        this.#failure ??= rawSocketFailure(
          error,
          this.#phase === 'connack' ? 'connack' : 'session',
        );
      },
      rules,
      connect: isPasswordAlone({ ...parts.credentials, version: this.#options.profile.version })
        ? new PasswordAlone(parts.credentials.password ?? '')
        : null,
      direct: {
        hasProperties: this.#options.profile.version === '5',
        isUsed: this.#options.direct ?? true,
        onMessage: (message, done) => {
          this.#deliver(message, done);
        },
      },
    });
    this.#stream = stream;
    this.#watched = this.#options.watcher?.opened(stream, this.#options) ?? null;
    this.#phase = 'connack';
    // Only mqtt-packet ends a stream with an error: for a packet that it can't write, as a CONNECT with bad settings.
    stream.on('error', (error: Error) => {
      this.#failure ??= settingsFailure(error);
    });
    if (this.#abort.signal.aborted) stream.destroy();
    try {
      this.#start(new MqttClient(() => stream, settings), rules);
    } catch (error) {
      this.#failure ??= settingsFailure(error);
      stream.once('close', () => {
        this.#finish();
      });
      stream.destroy();
    }
  }

  #start(client: MqttClient, rules: PacketRules): void {
    this.#client = client;
    client.on('packetsend', (packet) => {
      rules.sent(packet);
    });
    client.handleMessage = (packet, done) => {
      // QoS 2 comes here when it is released, and was taken before.
      if (packet.qos === 2) done();
      else this.#deliver(packet, done);
    };
    // Before a PUBLISH of QoS 1 or 2 is acknowledged.
    client.options.customHandleAcks = (_topic, _payload, packet: IPublishPacket, acknowledge) => {
      if (packet.qos === 2) this.#take(packet, acknowledge);
      else acknowledge(0);
    };
    client.handleAuth = (packet, done) => {
      this.#signIn.answer(packet).then(
        (answer) => {
          done(undefined, answer);
        },
        (error: unknown) => {
          done(new SignInError(messageOf(error)));
        },
      );
    };
    client.on('packetreceive', (packet) => {
      // mqtt.js replaces bytes of a topic that are not UTF-8; its later steps take the topic from here.
      if (packet.cmd === 'publish') packet.topic = rules.publishes.exactTopic() ?? packet.topic;
      this.#received(packet);
    });
    client.on('connect', (packet) => {
      this.#ready(client, packet);
    });
    client.on('error', (error) => {
      this.#fail(clientFailure(error, this.#stream?.silentMs ?? 0));
    });
    client.on('close', () => {
      this.#finish();
      dropLateAnswers(client);
    });
    client.connect();
  }

  #received(packet: Packet): void {
    if (!hasSoundId(packet)) this.#fail({ kind: 'malformed', message: MISSING_ID });
    switch (packet.cmd) {
      case 'publish':
        return;
      case 'connack':
        this.#connack(packet);
        return;
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        this.#publisher?.noteAcknowledgement(packet.messageId, packet.reasonCode);
        return;
      case 'disconnect':
        this.#fail({
          kind: 'server-disconnect',
          code: packet.reasonCode ?? 0,
          reasonString: packet.properties?.reasonString ?? null,
          serverReference: packet.properties?.serverReference ?? null,
          isSignIn: this.#signIn.isAgain,
        });
        return;
      default:
    }
  }

  /** Runs before mqtt.js looks at the packet. */
  #connack(packet: IConnackPacket): void {
    // mqtt.js reports a second one as a protocol error.
    if (this.#phase !== 'connack') return;
    const { version } = this.#options.profile;
    const code = (version === '5' ? packet.reasonCode : packet.returnCode) ?? 0;
    if (code !== 0) {
      const reasonString = packet.properties?.reasonString ?? null;
      const serverReference = packet.properties?.serverReference ?? null;
      this.#failure ??= { kind: 'connack', version, code, reasonString, serverReference };
      return;
    }
    const problem = this.#signIn.problemOf(packet);
    if (problem !== null) {
      this.#fail(problem);
      return;
    }
    if (!packet.sessionPresent) {
      this.#options.incoming.clear();
      this.#options.outgoing.clear();
      this.#options.subscriptions.clear();
    }
    this.#session = this.#options.incoming.session;
    // On a resumed session mqtt.js first sends again what was not acknowledged, and only then says 'connect'.
    this.#readyTimer = setTimeout(() => {
      this.#fail({ kind: 'timeout', waitingFor: 'connack', afterMs: CONNACK_WITHIN_MS });
    }, CONNACK_WITHIN_MS);
  }

  #ready(client: MqttClient, connack: IConnackPacket): void {
    clearTimeout(this.#readyTimer);
    if (this.#finished || this.#failure !== null) return;
    const { profile, clientId } = this.#options;
    const server = serverSettings(connack, profile, clientId);
    this.#server = server;
    this.#publisher = new Publisher(client, profile.version, server);
    this.#phase = this.#subscribing.wanted.length > 0 ? 'subscribe' : 'session';
    this.#events.onConnected(connack.sessionPresent, server);
    this.#subscribing.accepted(client, server);
    if (!this.#closing) this.#subscribing.bring();
  }

  /** A message of QoS 2: once, however often it is sent before its release [MQTT-4.3.3-10]. */
  #take(packet: IPublishPacket, acknowledge: (code: number) => void): void {
    const { incoming } = this.#options;
    const id = packet.messageId ?? 0;
    if (incoming.has(id)) {
      acknowledge(0);
      return;
    }
    const isTaken = this.#deliver(packet, () => {
      acknowledge(0);
    });
    // mqtt.js comes with the next packet in a later turn of the loop.
    if (isTaken) incoming.note(id, this.#session);
  }

  /** @returns whether it was taken: then it is not to be delivered again */
  #deliver(message: Arrived, done: () => void): boolean {
    // What was read before the connection was lost has arrived; after our own close nobody expects anything.
    if (this.#finished && this.#closing) {
      done();
      return false;
    }
    try {
      this.#events.onMessage(this.#aliases.named(message), done);
      return true;
    } catch (error) {
      this.#fail({ kind: 'unknown', message: messageOf(error) });
      done();
      return false;
    }
  }

  #refused(packet: RefusedPublish): void {
    this.#events.onRefused(refusalText(packet, this.#options.maxPacketBytes));
    const answer = refusalAnswer(packet, this.#options.profile.version);
    if (answer !== null) this.#stream?.write(answer);
  }

  /** The first failure counts; everything after it is a consequence. */
  #fail(failure: RawFailure): void {
    if (this.#failure === null && this.#phase !== 'connack') {
      // Something had arrived that the history will not have.
      if (failure.kind === 'malformed' || failure.kind === 'too-large')
        this.#events.onRefused(failure.message);
    }
    this.#failure ??= failure;
    const farewell = this.#rules?.isConnected === true ? this.#farewell(failure) : null;
    if (farewell === null) this.#stream?.destroy();
    else this.#stream?.destroyWith(farewell);
  }

  /** DISCONNECT with the reason, which only MQTT 5 can say (§4.13); null where the server is not to blame. */
  #farewell(failure: RawFailure): Buffer | null {
    if (this.#options.profile.version !== '5') return null;
    if (failure.kind !== 'malformed' && failure.kind !== 'too-large') return null;
    return Buffer.from([0xe0, 1, failure.violation?.reasonCode ?? PROTOCOL_ERROR]);
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    clearTimeout(this.#closeTimer);
    clearTimeout(this.#readyTimer);
    clearTimeout(this.#signInTimer);
    this.#subscribing.close();
    this.#publisher?.close(!this.#options.profile.cleanStart);
    const during = this.#phase === 'opening' ? 'connack' : this.#phase;
    const failure = this.#closing
      ? null
      : withWill(this.#failure ?? { kind: 'closed', during }, this.#willBytes);
    this.#watched?.closed(failure);
    this.#events.onClosed(failure);
    this.#resolveClosed();
  }
}

/** Who hangs up on a CONNECT may do so because of its size. */
function withWill(failure: RawFailure, willBytes: number): RawFailure {
  if (failure.kind !== 'closed' && failure.kind !== 'socket') return failure;
  const isLarge = failure.during === 'connack' && willBytes >= LARGE_WILL_BYTES;
  return isLarge ? { ...failure, largeWillBytes: willBytes } : failure;
}

function notConnected(): LoupeError {
  return new LoupeError('not-connected', 'Not connected. Connect first.');
}
