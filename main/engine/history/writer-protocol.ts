import type { WireError } from '../../../app/errors';
import type { DeletionRequest, PendingDeletion } from './deleter';
import type { GapKind, ProfileTotals, SessionChange } from './history';

/** A batch as it goes to the writer's thread: columns as in `MessageColumns`, and all bytes in one buffer. */
export interface PackedBatch {
  readonly length: number;
  readonly ids: Float64Array<ArrayBuffer>;
  readonly timesUs: Float64Array<ArrayBuffer>;
  readonly topics: Uint32Array<ArrayBuffer>;
  readonly flags: Uint8Array<ArrayBuffer>;
  readonly packetIds: Uint16Array<ArrayBuffer>;
  readonly properties: Uint32Array<ArrayBuffer>;
  readonly sizes: Uint32Array<ArrayBuffer>;
  /** Of each message its properties, then its whole payload. */
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface Gap {
  readonly kind: GapKind;
  readonly fromUs: number;
  readonly toUs: number;
  readonly messages: number;
  readonly detail: string;
}

/** New topics of a profile: names and, in the same order, their keys. */
export interface NewTopics {
  readonly names: readonly string[];
  readonly keys: readonly number[];
}

/** What the writer's thread does, in the order of the calls. */
export type WriterTask =
  | { readonly kind: 'describe'; readonly profileId: string; readonly settings: string }
  | {
      readonly kind: 'begin';
      readonly profileId: string;
      readonly session: number;
      readonly startedUs: number;
    }
  | { readonly kind: 'end'; readonly session: number; readonly endedUs: number }
  | { readonly kind: 'gap'; readonly session: number; readonly gap: Gap }
  | {
      readonly kind: 'append';
      readonly profileId: string;
      readonly session: number;
      readonly received: number;
      readonly refused: number;
      readonly topics: NewTopics;
      readonly batch: PackedBatch;
    }
  | {
      readonly kind: 'limit';
      readonly profileId: string;
      readonly maxBytes: number;
      readonly maxAgeMs: number | null;
    }
  | {
      readonly kind: 'session';
      readonly profileId: string;
      readonly session: number;
      readonly change: SessionChange;
    }
  | { readonly kind: 'delete'; readonly profileId: string; readonly request: DeletionRequest }
  | { readonly kind: 'forget'; readonly profileId: string }
  | { readonly kind: 'close' };

export interface WriterRequest {
  readonly id: number;
  readonly task: WriterTask;
}

/** Counters as they are after what was done. */
export interface Counters {
  readonly totals: readonly (readonly [profileId: string, totals: ProfileTotals])[];
  readonly gaps: number;
  /** Of all profiles. */
  readonly deletions: readonly PendingDeletion[];
}

export type WriterReply =
  | { readonly kind: 'done'; readonly id: number; readonly counters: Counters }
  | { readonly kind: 'failed'; readonly id: number; readonly error: WireError }
  /** Something was tidied up in the background. */
  | { readonly kind: 'counters'; readonly counters: Counters }
  /** Tidying up failed. */
  | { readonly kind: 'problem'; readonly error: WireError };

/** What the thread gets when it starts. */
export interface WriterStart {
  readonly databaseFile: string;
  /** Each append takes so many ms longer: for tests of what happens when the disk is slow. */
  readonly delayMs: number;
}
