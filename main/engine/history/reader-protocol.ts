import type { Message } from '../../../app/message';
import type { ArchiveState, ChangedTopics, ChangedTopicsRequest } from './archive-queries';
import type { ArgumentOf, ResultOf, ThreadRequest } from './calling-thread';
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
export type ReaderArgument<Method extends ReaderMethod> = ArgumentOf<AllCalls[Method]>;
export type ReaderResult<Method extends ReaderMethod> = ResultOf<AllCalls[Method]>;

export type ReaderRequest = ThreadRequest<AllCalls>;
