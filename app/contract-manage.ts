/** The part of the contract that is about keeping the past: sessions, deleting, recordings, repair. */
import type { GapKind } from './gap';
import type { Selection } from './selection';

export interface ManageCalls {
  /** Names a session, notes something about it, keeps it (exempt from limits); what is not told stays. */
  changeSession(arg: {
    readonly profileId: string;
    readonly sessionKey: number;
    readonly name?: string | undefined;
    readonly note?: string | undefined;
    readonly kept?: boolean | undefined;
  }): void;

  /** Counts what a selection means, as deleting would take it: kept sessions are left out unless it names one. */
  countSelection(arg: { readonly selection: Selection }): SelectionCount;
  /** Deletes what was counted, for good; goes on in the background, and is finished at a later start if need be. */
  deleteSelection(arg: {
    readonly selection: Selection;
    /** From the count: what came later stays. */
    readonly upToId: number;
    readonly messages: number;
  }): void;

  /** Records what a profile receives from now on. Empty filters: all of it. */
  startRecording(arg: {
    readonly profileId: string;
    readonly filters: readonly string[];
    readonly name: string;
  }): { readonly recordingId: string };
  stopRecording(arg: { readonly recordingId: string }): void;
  /** Copies a part of the past into a recording of its own; answers when copying began. */
  recordSelection(arg: {
    readonly selection: Selection;
    readonly name: string;
    readonly note: string;
  }): { readonly recordingId: string };
  /** Copies what can be read of a damaged history into a new one; answers when it began. */
  repairHistory(arg: { readonly path: string }): { readonly recordingId: string };
  /** Ends copying or repairing; nothing of it stays. */
  cancelRecording(arg: { readonly recordingId: string }): void;
  changeRecording(arg: {
    readonly recordingId: string;
    readonly name?: string | undefined;
    readonly note?: string | undefined;
  }): void;
  deleteRecording(arg: { readonly recordingId: string }): { readonly undoMs: number };
  restoreRecording(arg: { readonly recordingId: string }): void;
  /** Does not offer to repair a damaged history any more; its file stays. */
  dismissDamage(arg: { readonly path: string }): void;
}

export interface SelectionCount {
  readonly messages: number;
  /** Messages of kept sessions that would be meant, were they not kept. */
  readonly keptMessages: number;
  readonly upToId: number;
}

export interface SessionGaps {
  readonly kind: GapKind;
  readonly count: number;
  /** Messages known to be missing. */
  readonly messages: number;
}

/** One run of a connection. */
export interface PastSession {
  readonly key: number;
  readonly startedUs: number;
  /** Null while it runs, or after its process was killed. */
  readonly endedUs: number | null;
  readonly lastTimeUs: number | null;
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  /** Messages that are still there. */
  readonly messages: number;
  readonly bytes: number;
  /** Its bytes were shared out, because others stand in the same segments. */
  readonly isEstimate: boolean;
  readonly name: string;
  readonly note: string;
  readonly kept: boolean;
  readonly gaps: readonly SessionGaps[];
}

/** Something that is being deleted. */
export interface RunningDeletion {
  readonly key: number;
  readonly detail: string;
  readonly expected: number;
  readonly removed: number;
  /** 0 to 1. */
  readonly done: number;
}

export interface PastFrame {
  /** The newest first; `total` says how many there are in all. */
  readonly sessions: readonly PastSession[];
  readonly total: number;
  readonly deletions: readonly RunningDeletion[];
  readonly messages: number;
  /** Removed to stay within a limit, and deleted. */
  readonly removed: number;
  readonly bytes: number;
  readonly oldestTimeUs: number | null;
}

export type RecordingKind = 'by-hand' | 'selection' | 'repaired';

export type RecordingState =
  | { readonly kind: 'recording' }
  /** Being copied or repaired. */
  | { readonly kind: 'copying'; readonly done: number }
  | { readonly kind: 'complete' }
  /** The program ended unexpectedly while it was recorded: it has all but the last moment. */
  | { readonly kind: 'interrupted' };

export interface RecordingSummary {
  readonly id: string;
  readonly kind: RecordingKind;
  readonly state: RecordingState;
  readonly name: string;
  readonly note: string;
  readonly path: string;
  readonly profileId: string;
  readonly profileName: string;
  /** Empty for all topics. */
  readonly filters: readonly string[];
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly oldestTimeUs: number | null;
  readonly newestTimeUs: number | null;
  readonly messages: number;
  readonly topics: number;
  readonly bytes: number;
  /** What went wrong, or is missing, in words. */
  readonly problem: string | null;
}

export interface RecordingsFrame {
  /** The newest first. */
  readonly recordings: readonly RecordingSummary[];
  /** A damaged history that was set aside and can be repaired. */
  readonly damaged: DamagedHistory | null;
}

export interface DamagedHistory {
  readonly path: string;
  /** What is wrong with it, in words. */
  readonly problem: string;
}

/** The recording of a profile that is under way, for its tab and the status bar. */
export interface ActiveRecording {
  readonly id: string;
  readonly startedMs: number;
  readonly messages: number;
  readonly problem: string | null;
}
