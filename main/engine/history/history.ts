/**
 * The history's whole surface. No SQL and no SQLite type crosses it, because a team's history will one day live in
 * another database. Times are wall clock µs since 1970; ids are positions in the history, unique and growing.
 */
import type { ListEnd } from '../../../app/contract-search';
import type { PastSession } from '../../../app/contract-manage';
import type { GapKind } from '../../../app/gap';
import type { Message } from '../../../app/message';
import type { Moments } from './moments/moments';
import type { DeletionRequest, PendingDeletion } from './deleter';
import type { MessageSearch } from '../../../app/search/message-search';
import type { Place, RowsReply } from './search/message-list';
import type { ListRequest } from './search/search-protocol';

/** Message flags in one number, as stored: bits 0–1 QoS, then retain, DUP, published by us, sent by a replay of ours. */
export const FLAG_RETAIN = 0x04;
export const FLAG_DUP = 0x08;
export const FLAG_OUT = 0x10;
export const FLAG_REPLAYED = 0x20;

/**
 * Messages in the order of arrival, column by column: all arrays have at least `length` entries and are reused by the
 * caller after `append` returned.
 */
export interface MessageBatch {
  length: number;
  readonly ids: number[];
  readonly timesUs: number[];
  /** From `internTopic`. */
  readonly topicKeys: number[];
  readonly flags: number[];
  /** 0 for none. */
  readonly packetIds: number[];
  /** Null for none; encoded by `encodeProperties`. */
  readonly properties: (Uint8Array | null)[];
  readonly payloads: Uint8Array[];
}

/** What the history knows of a topic without reading its messages. */
export interface TopicSummary {
  readonly key: number;
  readonly name: string;
  /** Messages ever stored, pruned ones included. */
  readonly count: number;
  readonly lastId: number;
  readonly lastTimeUs: number;
  readonly lastFlags: number;
  /** Size of the last payload, and its beginning (at least 1 KiB if it has so much); null when it was pruned. */
  readonly lastSizeBytes: number;
  readonly lastPayload: Uint8Array | null;
}

/**
 * Counters of a profile over its whole life. At rest `stored` = messages in the database + `pruned`, which counts all that
 * were removed since: to stay within a limit, or because a person deleted them.
 */
export interface ProfileTotals {
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly pruned: number;
  /** Bytes that the profile's messages take in the file; fewer when they were compressed. */
  readonly bytes: number;
  readonly oldestTimeUs: number | null;
}

export type { GapKind } from '../../../app/gap';
export type { DeletionRequest, PendingDeletion } from './deleter';

export interface PageRequest {
  readonly topicKey: number;
  readonly beforeId: number | null;
  /** Only messages at or before this time; null for all. */
  readonly atUs?: number | null;
  readonly limit: number;
  readonly previewBytes: number;
}

export interface SeriesRequest {
  readonly topicKey: number;
  readonly path: ReadonlyArray<string | number>;
  readonly fromUs: number;
  /** Only messages after this one; 0 for all. */
  readonly afterId: number;
  /** The newest so many are read. */
  readonly limit: number;
}

export interface Series {
  readonly timesUs: Float64Array;
  readonly values: Float64Array;
  /** Messages read that have no number at the path. */
  readonly skipped: number;
  /** The newest message read, numeric or not; `afterId` of the next request. */
  readonly lastId: number;
}

/** Messages counted in steps of time, for a timeline. */
export interface CountsRequest {
  readonly profileId: string;
  /** Only this topic's; null for all of the profile. */
  readonly topicKey: number | null;
  /** The first step begins here; of a whole profile's steps it is taken to the minute. */
  readonly fromUs: number;
  /** At least a minute for a whole profile. */
  readonly stepUs: number;
  /** How many steps; at most `MOST_STEPS`. */
  readonly steps: number;
}

export const MOST_STEPS = 10_000;

/** What a person says of a session; what is not told stays as it is. */
export interface SessionChange {
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  /** Exempt from limits, and from deletions that do not name it. */
  readonly kept?: boolean | undefined;
}

export type SessionSummary = PastSession;

export type { SessionGaps } from '../../../app/contract-manage';

/** What was given to the history and is not stored yet. */
export interface Backlog {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * Writing runs in a thread of its own, so that neither a slow disk nor tidying up holds up a packet. What is written is
 * written in the order of the calls; counters follow when it is done.
 */
export interface History {
  /** The id for the next message; the caller counts on from there. What was stored when the history was opened. */
  readonly nextId: number;

  /** Notes a profile's settings (JSON, no secrets), so that the history can be opened where there is no such profile. */
  describeProfile(profileId: string, settings: string): void;
  /** The settings that were noted. */
  describedProfiles(): ReadonlyMap<string, string>;

  /** Begins a session (one run of a connection) and returns its key. */
  beginSession(profileId: string, startedUs: number): number;
  endSession(sessionKey: number, endedUs: number): void;
  /**
   * A key for a topic that the profile's history does not have: it is not looked up. It is written with the next `append`.
   * Throws `invalid-argument` when the name is not Unicode (a lone surrogate, which no broker can send).
   */
  addTopic(profileId: string, name: string): number;
  /**
   * Stores a batch in one transaction, together with the counters. The batch is the caller's again when this returns;
   * the promise resolves when it is stored. It is rejected with `history-unavailable`, and nothing is stored, when the
   * disk is full or the file is damaged.
   * @param received messages that arrived since the last call, stored or not
   * @param refused of them, those that were not stored
   */
  append(
    profileId: string,
    sessionKey: number,
    batch: MessageBatch,
    counts: { readonly received: number; readonly refused: number },
  ): Promise<void>;
  recordGap(
    sessionKey: number,
    gap: { kind: GapKind; fromUs: number; toUs: number; messages: number; detail: string },
  ): void;

  readonly backlog: Backlog;
  /** Resolves when all that was asked for until now is written (or could not be). */
  settled(): Promise<void>;

  totals(profileId: string): ProfileTotals;
  /** How many gaps are noted in all. */
  gaps(): number;

  // Reads run in a thread of their own and see everything appended before the call.

  /** Starts that thread, so that the first read does not wait for it. */
  getReady(): void;

  /** A page of a profile's topics in the order of their keys, for the tree of a profile that was just opened. */
  topics(profileId: string, afterKey: number, limit: number): Promise<readonly TopicSummary[]>;
  /** Newest first. */
  page(request: PageRequest): Promise<{ messages: Message[]; more: boolean }>;
  /** Null when the message is not there (or pruned). */
  message(profileId: string, id: number, maxBytes: number): Promise<Message | null>;
  series(request: SeriesRequest): Promise<Series>;
  /** How many messages came in each step. */
  counts(request: CountsRequest): Promise<Float64Array>;
  /** A profile's past at any moment; it is read in a thread that delays none of the reads above. */
  moments(profileId: string): Moments;

  /** A profile's sessions, the newest first, at most `limit`; and how many there are. */
  sessions(
    profileId: string,
    limit: number,
  ): Promise<{ readonly sessions: readonly SessionSummary[]; readonly total: number }>;
  changeSession(profileId: string, sessionKey: number, change: SessionChange): Promise<void>;

  // Lists of messages of all topics are made in another thread of their own.

  /** Opens a list; it is searched, or followed, until it is closed. Throws `invalid-argument` for a query that is not understood. */
  openList(profileId: string, search: MessageSearch): Promise<number>;
  closeList(list: number): void;
  /** Null when nothing changed since the last reply to the same request. */
  listRows(request: ListRequest): Promise<RowsReply | null>;
  listRowAt(list: number, place: Place, end: ListEnd | null): Promise<number | null>;

  /**
   * From now on the profile's oldest messages are removed while it takes more than `maxBytes`: whole batches and
   * segments, which hold a sixteenth of it at most. Those older than `maxAgeMs` go too (a segment that is partly so a
   * sixty-fourth later). Sessions that are kept stay, and are not counted.
   */
  limit(profileId: string, maxBytes: number, maxAgeMs?: number | null): void;
  /**
   * Deletes a part of a profile's past in small steps, for good; resolves when that is noted. From then on it is finished
   * whatever happens. Kept sessions stay unless the selection names one.
   */
  delete(profileId: string, request: DeletionRequest): Promise<void>;
  /** What is still being deleted, of all profiles. */
  readonly deletions: readonly PendingDeletion[];
  /** Removes a profile's past in small steps; resolves when all is gone. */
  forget(profileId: string): Promise<void>;

  close(): Promise<void>;
}
