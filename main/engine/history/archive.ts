/**
 * The history as a file that is read, also while another process writes to it: what the command line needs. As with
 * `history.ts`, no SQL and no SQLite type crosses it. Times are wall clock µs since 1970.
 */
import type { Message } from '../../../app/message';
import type { Matching } from '../../../app/selection';
import type { GapKind } from './history';

/** One run of a connection. */
export interface SessionInfo {
  readonly key: number;
  readonly profileId: string;
  readonly startedUs: number;
  /** Null while it runs, or after its process was killed. */
  readonly endedUs: number | null;
  readonly lastTimeUs: number | null;
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  /** Kind → how many. */
  readonly gaps: ReadonlyMap<GapKind, number>;
}

export interface ProfileInfo {
  readonly id: string;
  /** What it was called when `mqtt-loupe record` stored it last; null for a profile that only a window used. */
  readonly name: string | null;
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly pruned: number;
  readonly topics: number;
}

export interface ArchiveInfo {
  readonly formatVersion: number;
  /** Messages that are in the file now. */
  readonly messages: number;
  readonly topics: number;
  /** The file and its journal. */
  readonly fileBytes: number;
  readonly oldestTimeUs: number | null;
  readonly newestTimeUs: number | null;
  /** Who writes to it now, in words; null when nobody does or it cannot be told. */
  readonly writer: string | null;
  readonly profiles: readonly ProfileInfo[];
  readonly sessions: readonly SessionInfo[];
}

export interface TopicQuery {
  /** Topic filters; a topic that matches one of them is meant. Empty: all topics. */
  readonly filters: readonly string[];
  /** Only this profile's; null for all. */
  readonly profileId: string | null;
}

export interface TopicInfo {
  readonly profileId: string;
  readonly name: string;
  /** Messages ever stored, pruned ones included. */
  readonly count: number;
  readonly lastTimeUs: number;
  readonly lastSizeBytes: number;
  /** The beginning of the last payload (64 KiB); null when it was pruned. */
  readonly lastPayload: Uint8Array | null;
}

export interface MessageQuery extends TopicQuery {
  /** Both bounds belong to the range; null is open. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
  /** Only messages whose topic or payload contains it; null for all. */
  readonly text: { readonly text: string; readonly matchCase: boolean } | null;
  /** Only what a search finds; not there: all. */
  readonly matching?: Matching | undefined;
  /** Asked for each message of the range; null takes all. */
  readonly accepts: ((message: StoredMessage) => boolean) | null;
  readonly limit: number;
  readonly newestFirst: boolean;
}

/** Messages that are counted. */
export interface SelectionQuery extends TopicQuery {
  readonly fromUs: number | null;
  readonly toUs: number | null;
  /** Only this session's; null for all. */
  readonly sessionKey: number | null;
  /** Only what a search finds; counting then reads what it counts. */
  readonly matching?: Matching | undefined;
}

export interface SelectionCount {
  readonly messages: number;
  readonly topics: number;
}

export interface StoredMessage extends Message {
  readonly profileId: string;
  readonly session: number;
  readonly topic: string;
}

export interface ArchivedGap {
  readonly session: number;
  readonly kind: GapKind;
  readonly fromUs: number;
  readonly toUs: number;
  readonly messages: number;
  readonly detail: string;
}

export interface Archive {
  info(): ArchiveInfo;
  topics(query: TopicQuery): Iterable<TopicInfo>;
  /**
   * In the order of ids: the order of arrival. Only what was stored when it was called. Reads in small steps, and only
   * as fast as it is asked, so that a writer's journal does not grow meanwhile. Payloads may be views of something larger.
   */
  messages(query: MessageQuery): Iterable<StoredMessage>;
  /** What is known to be missing, and when. */
  gaps(): Iterable<ArchivedGap>;
  /**
   * How many messages `messages` would give, without reading them unless they are searched.
   * @param look called again and again meanwhile; what it throws ends the counting
   */
  count(query: SelectionQuery, look?: () => void): SelectionCount;
  /** What is wrong with the file or its counters, in words; empty when all is sound. Reads everything. */
  check(): readonly string[];
  close(): void;
}
