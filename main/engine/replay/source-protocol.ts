import type { DryRun, DryRunTopic, PreviewedMessage } from '../../../app/contract-replay';
import type { WireError } from '../../../app/errors';
import type { ReplayRules } from '../../../app/replay/rules';
import type { SourcePlace } from './message-source';

/** What a source's thread gets when it starts. */
export interface SourceStart {
  readonly place: SourcePlace;
}

/** Part of a source, under rules. */
export interface SourceRange {
  readonly rules: ReplayRules;
  readonly fromUs: number | null;
  readonly toUs: number | null;
}

export type ToSource =
  /** Begins to read; what an earlier `read` asked for is over. */
  | ({ readonly t: 'read'; readonly id: number } & SourceRange)
  /** One more chunk may be sent. */
  | { readonly t: 'more'; readonly id: number }
  | ({
      readonly t: 'survey';
      readonly id: number;
      readonly maxPauseUs: number | null;
    } & SourceRange)
  | { readonly t: 'topics'; readonly id: number; readonly limit: number }
  | {
      readonly t: 'preview';
      readonly id: number;
      readonly rules: ReplayRules;
      readonly limit: number;
    };

export type FromSource =
  | { readonly t: 'chunk'; readonly id: number; readonly chunk: SourceChunk }
  | { readonly t: 'scanned'; readonly id: number; readonly scanned: number }
  | { readonly t: 'surveyed'; readonly id: number; readonly result: DryRun }
  | { readonly t: 'topics'; readonly id: number; readonly topics: readonly DryRunTopic[] }
  | { readonly t: 'previewed'; readonly id: number; readonly messages: readonly PreviewedMessage[] }
  | { readonly t: 'failed'; readonly id: number; readonly error: WireError };

/** Messages that are ready to be sent, column by column: a thread hands over few large buffers quicker than many objects. */
export interface SourceChunk {
  readonly length: number;
  readonly timesUs: Float64Array;
  /** QoS and `FLAG_RETAIN`, as they are to be sent. */
  readonly flags: Uint8Array;
  /** Positions in all `names` of this reading until now. */
  readonly topics: Uint32Array;
  /** Topic names that were not in an earlier chunk. */
  readonly names: readonly string[];
  /** The names before are forgotten: numbering begins anew. */
  readonly renumbers: boolean;
  /** Where the payloads end in `body`; the next one begins there. */
  readonly ends: Float64Array;
  readonly body: Uint8Array;
  /** Encoded properties by position in the chunk. */
  readonly properties: ReadonlyMap<number, Uint8Array>;
  /** Messages that cannot be sent; all are counted, the first ones named. */
  readonly invalid: number;
  readonly failures: ReadonlyArray<{ readonly topic: string; readonly reason: string }>;
  /** It is the last one. */
  readonly isLast: boolean;
}
