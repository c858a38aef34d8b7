import type { WireError } from '../../../app/errors';
import type { Selection } from '../../../app/selection';
import type { RepairOptions, RepairResult } from './repair';
import type { CopyOptions, CopyResult } from './selection-copy';
import type { CountedSelection } from './selection-count';

/** What takes long and reads much: each in a thread of its own, which ends with it. Written once: both sides derive from it. */
export interface Jobs {
  count: {
    readonly options: { readonly file: string; readonly selection: Selection };
    readonly result: CountedSelection;
  };
  copy: { readonly options: CopyOptions; readonly result: CopyResult };
  repair: { readonly options: RepairOptions; readonly result: RepairResult };
}

export type JobKind = keyof Jobs;

export type JobStart = {
  [Kind in JobKind]: { readonly kind: Kind; readonly options: Jobs[Kind]['options'] };
}[JobKind];

export type JobReply =
  | { readonly kind: 'progress'; readonly messages: number }
  | { readonly kind: 'done'; readonly result: Jobs[JobKind]['result'] }
  | { readonly kind: 'failed'; readonly error: WireError };

/** To the thread; it ends as soon as it can, and leaves nothing behind. */
export const CANCEL = 'cancel';
