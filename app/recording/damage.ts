import { LoupeError } from '../errors';

/** What a reader of a recording throws for a part that is not what it should be. @param what as in "Its header is damaged." */
export function damaged(what: string): LoupeError {
  return new LoupeError('file-unreadable', what);
}
