/**
 * One connection to a broker: the sockets, mqtt.js, subscriptions and reconnecting. It knows nothing of trees,
 * history or windows; what it hears goes to a `ConnectionSink`.
 */
import type { ConnectionState } from '../../../app/connection';
import type { PublishResult } from '../../../app/contract';
import type { MessageProperties, QoS } from '../../../app/message';
import type { MqttVersion, Profile } from '../../../app/profile';
import type { AskSecret } from '../../../app/secret';
import type { ClientSession, SessionMark } from './session-store';
import type { Surroundings } from './surroundings';
import type { IPublishPacket } from 'mqtt';
import type { StreamWatcher } from './stream-tap';

/** A profile whose MQTT version is settled. */
export type LinkProfile = Profile & { readonly version: MqttVersion };

/** A message that arrived, as mqtt.js gives it, or as it was read without it. */
export type Arrived = Readonly<
  Pick<IPublishPacket, 'topic' | 'payload' | 'qos' | 'retain' | 'dup' | 'messageId' | 'properties'>
>;

/**
 * Takes a message. `payload` may be a slice of a socket buffer: copy it to keep it longer than a batch. `done` must be
 * called exactly once; calling it late holds back the socket (TCP backpressure).
 */
export type Receive = (message: Arrived, done: () => void) => void;

export interface ConnectionSink {
  readonly onMessage: Receive;
  readonly onState: (state: ConnectionState) => void;
  /** A packet was refused before it was read (too large, malformed): it is counted and named in the history. */
  readonly onRefused: (detail: string) => void;
}

export interface ConnectionOptions {
  readonly profile: Profile;
  /** Goes on over connections that are made one after the other. Default: one of its own. */
  readonly session?: ClientSession;
  readonly sink: ConnectionSink;
  /** Asked anew at every attempt; undefined when there is none. Never logged. */
  readonly secret: AskSecret;
  /** A packet announced larger than this is refused at its fixed header. Default: what the profile says. */
  readonly maxPacketBytes?: number;
  /** Authorities (PEM) trusted besides those of the system. */
  readonly authorities?: readonly string[];
  /** The data folder and the system's proxies. Default: none of the one, the environment's of the others. */
  readonly surroundings?: Surroundings | undefined;
  /** Told of every connection, so that its packets can be looked at. */
  readonly watcher?: StreamWatcher;
  /** How long an answer to a sign-in over the open connection may take. Default: as long as the CONNACK. */
  readonly signInWithinMs?: number | undefined;
  /** How long to wait before try `attempt` (1 is the first after a loss). Default: growing from 1 s to 30 s, jittered. */
  readonly reconnectDelayMs?: (attempt: number) => number;
  /** The version that an earlier connection to this broker found, for profiles that leave it open. */
  readonly knownVersion?: () => MqttVersion | null;
  /** A version was found. */
  readonly onVersion?: (version: MqttVersion) => void;
  /** What an earlier connection was subscribed to: a session that the broker still has brings it on, wanted or not. */
  readonly leftFilters?: () => readonly string[];
  /** What the session is subscribed to now. */
  readonly onSubscribed?: (filters: readonly string[]) => void;
}

export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Sent with MQTT 5 only. */
  readonly properties?: MessageProperties | null;
}

/** One of many messages that are sent one after the other; its topic name was checked before. */
export interface BulkMessage extends OutgoingMessage {
  /** Sent with MQTT 5 only. */
  readonly properties: MessageProperties | null;
}

/** How one of many publishes ended. Lost: the connection closed before it was sent (QoS 0), or acknowledged. */
export type BulkOutcome =
  | { readonly kind: 'sent' | 'acknowledged' | 'lost' }
  | { readonly kind: 'refused'; readonly reason: string };

export interface Connection {
  readonly state: ConnectionState;
  /** The highest QoS that the broker accepts (MQTT 5.0 §3.2.2.3.4); 2 as long as it has not said otherwise. */
  readonly maximumQoS: QoS;
  /** How much of what was published and else written has not gone to the network yet. */
  readonly unsentBytes: number;
  /**
   * Stands for the MQTT session: QoS 1 and 2 messages that were lost in it are sent again, and acknowledged, before a
   * connection with the same mark counts as open (MQTT 5.0 §4.4).
   */
  readonly sessionMark: SessionMark;
  /** Starts connecting; does nothing while connecting or connected. */
  connect(): void;
  /** DISCONNECT with reason 0, then close; resolves when the socket is closed. */
  disconnect(): Promise<void>;
  /** Edited settings: subscriptions at once, all else from the next try on. */
  useProfile(profile: Profile): void;
  /** Ends the countdown and tries at once. */
  retryNow(): void;
  publish(message: OutgoingMessage): Promise<PublishResult>;
  /**
   * Sends one of many messages. False when it was not taken: the connection is not open, or has as much as it can take;
   * then try again when the `done` of an earlier one was called. `done` is called once, with QoS 0 possibly before this
   * returns.
   */
  publishBulk(message: BulkMessage, done: (outcome: BulkOutcome) => void): boolean;
  /**
   * Has the broker send the retained message of a topic to the sink, once more. Resolves when `arrived` settled, or when
   * there is none; false when it could not be asked.
   */
  askRetained(topic: string, arrived: Promise<unknown>): Promise<boolean>;
  /**
   * Has the broker send what is published to a topic, unless a subscription of the session's own brings it already. Returns
   * how to end it. @throws LoupeError `not-connected`, `publish-refused` when the broker does not grant it
   */
  listen(topic: string): Promise<() => void>;
}
