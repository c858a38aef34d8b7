/** The part of the contract about a broker as a whole: what it says of itself, and what floods it. */
import type { ValueKind } from './contract';

/** What a broker publishes of itself below `$SYS`. */
export interface SystemTopic {
  readonly topic: string;
  /** The last value, or its beginning. */
  readonly text: string;
  readonly kind: ValueKind;
  readonly sizeBytes: number;
  /** When it came, wall clock in ms. */
  readonly timeMs: number;
  /** Numbers that it had in this run, oldest first; empty where it has none. */
  readonly trend: readonly number[];
}

export interface SystemFrame {
  /** In the order in which they were first seen, at most `MOST_SYSTEM_TOPICS`. */
  readonly topics: readonly SystemTopic[];
  /** How many there are in all. */
  readonly total: number;
}

/**
 * What a table of the traffic is about: topics and branches by what comes, topics seen for the first time, regular ones
 * that stopped, those not heard of for the longest, payloads by the last and by the largest of this run, and branches by
 * what is retained.
 */
export const TRAFFIC_KINDS = [
  'topics',
  'branches',
  'new',
  'stopped',
  'silent',
  'last-size',
  'largest',
  'retained',
] as const;
export type TrafficKind = (typeof TRAFFIC_KINDS)[number];

/** Of topics and branches. */
export const TRAFFIC_SORTS = ['messageRate', 'byteRate', 'messages', 'bytes'] as const;
export type TrafficSort = (typeof TRAFFIC_SORTS)[number];

export interface TrafficParams {
  readonly profileId: string;
  readonly kind: TrafficKind;
  readonly sort: TrafficSort;
  /** Which level the branches end at, from 1; for `branches` and `retained`. */
  readonly level: number;
}

export interface TrafficRow {
  readonly path: string;
  /** Whether it has a message of its own. */
  readonly isTopic: boolean;
  readonly expandable: boolean;
  /** Topics at and below. */
  readonly topics: number;
  /** Over `TrafficFrame.spanMs`; null until there is something to compare with. */
  readonly messagesPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  /** All that is known, as in the topic tree. */
  readonly messages: number;
  /** Payload bytes since `TrafficFrame.sinceMs`. */
  readonly bytes: number;
  /** Payload of the last message, or the largest one of this run. */
  readonly sizeBytes: number;
  /** Of the last message, or of the largest; wall clock in ms. */
  readonly timeMs: number | null;
  /** For `new`: when it was first seen. */
  readonly firstMs: number | null;
  /** For `stopped`: how far its messages were apart, as a mean since `TrafficFrame.sinceMs`. */
  readonly intervalMs: number | null;
  /** Whether the broker is thought to keep a retained message of the topic. */
  readonly isRetained: boolean;
  /** For `retained`: topics with a retained message at and below, and the payload bytes of their last messages. */
  readonly retained: number;
  readonly retainedBytes: number;
}

export interface TrafficFrame {
  readonly kind: TrafficKind;
  readonly sort: TrafficSort;
  readonly level: number;
  /** The first of all that were found, at most `MOST_TRAFFIC_ROWS`. */
  readonly rows: readonly TrafficRow[];
  readonly found: number;
  /** Since when bytes are counted: somebody has looked at the page since then. */
  readonly sinceMs: number;
  /** When the topics were last gone through, and how long that took from its beginning; null before the first time. */
  readonly passEndedMs: number | null;
  readonly passMs: number;
  /** The span of time that rates are of; null until there is one. */
  readonly spanMs: number | null;
  /** Of the whole broker, as far as it is subscribed. */
  readonly totals: TrafficTotals;
}

export interface TrafficTotals {
  readonly topics: number;
  readonly messages: number;
  readonly messagesPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  readonly bytes: number;
  readonly retained: number;
  readonly retainedBytes: number;
  /** Topics never seen before, since the program began, and within the last minute. */
  readonly newTopics: number;
  readonly newLastMinute: number;
}

export interface BrokerViews {
  system: { readonly params: { readonly profileId: string }; readonly frame: SystemFrame };
  traffic: { readonly params: TrafficParams; readonly frame: TrafficFrame };
}
