import type { WireError } from '../../../app/errors';
import type { ConnectionsSource, FoundConnections } from '../../../app/contract-move-in';
import type { Candidate } from '../../../app/move-in/to-profile';
import type { OwnContent } from '../../../app/move-in/own-file';
import type { Program } from '../../../app/move-in/usual-places';

/** What a thread is started for. */
export type MoveInTask =
  /** @property known keys of the connections that are here already */
  | { readonly kind: 'find'; readonly known: ReadonlySet<string> }
  | { readonly kind: 'read'; readonly from: ConnectionsSource; readonly passphrase: string | null }
  | {
      readonly kind: 'write';
      readonly path: string;
      readonly content: OwnContent;
      readonly passphrase: string | null;
    };

export type ReadResult =
  | { readonly kind: 'locked'; readonly wasWrong: boolean }
  | {
      readonly kind: 'read';
      readonly program: Program | null;
      readonly candidates: readonly Candidate[];
      readonly problems: readonly string[];
    };

export interface MoveInResults {
  readonly find: readonly FoundConnections[];
  readonly read: ReadResult;
  readonly write: null;
}

export type MoveInReply =
  | { readonly kind: 'done'; readonly result: MoveInResults[MoveInTask['kind']] }
  | { readonly kind: 'failed'; readonly error: WireError };
