import type { RawFailure } from '../../../app/raw-failure';
import { LoupeError, messageOf } from '../../../app/errors';
import type { SocketFailure } from '../../../app/socket-failure';

/** A socket that could not be opened, with the failure as it entered. */
export class StreamError extends Error {
  readonly raw: RawFailure;

  constructor(raw: RawFailure) {
    super(raw.kind);
    this.name = 'StreamError';
    this.raw = raw;
  }
}

/** What an error of a socket says: Node's code and text; of several tried addresses, all texts. */
export function rawSocketFailure(error: Error, during: SocketFailure['during']): RawFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const message =
    error instanceof AggregateError && error.message === ''
      ? error.errors.map((each) => messageOf(each)).join('; ')
      : error.message;
  return { kind: 'socket', during, code, message };
}

/** A secret that is stored could not be had; null for any other error. */
export function secretFailure(error: unknown): RawFailure | null {
  if (!(error instanceof LoupeError)) return null;
  const { code, message } = error;
  if (code === 'vault-locked') return { kind: 'vault-locked' };
  return code === 'secret-unavailable' ? { kind: 'secret-unavailable', message } : null;
}
