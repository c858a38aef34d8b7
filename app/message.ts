export type QoS = 0 | 1 | 2;

/** Which way a message went: received from the broker, or published by us. */
export type Direction = 'in' | 'out';

/** PUBLISH properties of MQTT 5.0 §3.3.2.3, as the engine keeps and shows them. */
export interface MessageProperties {
  readonly payloadFormatIndicator?: boolean;
  /** Seconds. */
  readonly messageExpiryInterval?: number;
  readonly topicAlias?: number;
  readonly responseTopic?: string;
  readonly correlationData?: Uint8Array;
  /** Name and value pairs in the order the server sent them, names may repeat. */
  readonly userProperties?: ReadonlyArray<readonly [name: string, value: string]>;
  readonly subscriptionIdentifiers?: readonly number[];
  readonly contentType?: string;
}

/** All about one message but its payload. */
export interface MessageHead {
  /** Position in the history: unique in the database, growing in the order of arrival. */
  readonly id: number;
  /** Wall clock, µs since 1970. */
  readonly timeUs: number;
  readonly direction: Direction;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Present when a replay of ours sent it and the broker sent it back. */
  readonly replayed?: true;
  /** Absent for QoS 0. */
  readonly packetId: number | null;
  readonly properties: MessageProperties | null;
  /** Bytes of the whole payload. */
  readonly sizeBytes: number;
}

/** A message with its payload, or the beginning of it: `payload.length < sizeBytes` says that there is more. */
export interface Message extends MessageHead {
  readonly payload: Uint8Array;
}
