import type { WireError } from '../../../app/errors';
import type { Message } from '../../../app/message';
import type { ArchiveState, ChangedTopics, ChangedTopicsRequest } from './archive-queries';
import type { MomentAnswer, MomentRequest } from './moments/moment-queries';
import type {
  CountsRequest,
  PageRequest,
  Series,
  SeriesRequest,
  SessionSummary,
  TopicSummary,
} from './history';

/** What the reader's thread answers, written once: both sides derive from it. */
export interface ReaderCalls {
  topics(arg: {
    readonly profileId: string;
    readonly afterKey: number;
    readonly limit: number;
  }): readonly TopicSummary[];
  page(arg: PageRequest): { messages: Message[]; more: boolean };
  message(arg: {
    readonly profileId: string;
    readonly id: number;
    readonly maxBytes: number;
  }): Message | null;
  series(arg: SeriesRequest): Series;
  counts(arg: CountsRequest): Float64Array;
  sessions(arg: { readonly profileId: string; readonly limit: number }): {
    readonly sessions: readonly SessionSummary[];
    readonly total: number;
  };
}

/** What it answers besides of a history that another program writes. */
export interface ArchiveCalls {
  archive(arg: Record<never, never>): ArchiveState;
  changedTopics(arg: ChangedTopicsRequest): ChangedTopics;
}

/** What it answers about the past at any moment; see `MomentQuestions`. */
export interface MomentCalls {
  moment(arg: MomentRequest): MomentAnswer;
}

type AllCalls = ReaderCalls & ArchiveCalls & MomentCalls;

export type ReaderMethod = keyof AllCalls;
export type ReaderArgument<Method extends ReaderMethod> = Parameters<AllCalls[Method]>[0];
export type ReaderResult<Method extends ReaderMethod> = ReturnType<AllCalls[Method]>;

export type ReaderRequest =
  | {
      [Method in ReaderMethod]: { id: number; method: Method; argument: ReaderArgument<Method> };
    }[ReaderMethod]
  | { method: 'close' };

export type ReaderReply =
  | { readonly id: number; readonly ok: true; readonly result: ReaderResult<ReaderMethod> }
  | { readonly id: number; readonly ok: false; readonly error: WireError };

/** What the thread gets when it starts. */
export interface ReaderStart {
  readonly databaseFile: string;
}
