/** Stable codes of every error that crosses a process. New codes are added, old ones never change their meaning. */
export type ErrorCode =
  | 'invalid-argument'
  | 'unknown-method'
  | 'not-found'
  | 'not-connected'
  | 'publish-refused'
  | 'timeout'
  | 'history-unavailable'
  | 'history-newer'
  | 'history-in-use'
  | 'history-read-only'
  | 'file-unreadable'
  | 'file-unwritable'
  | 'already-imported'
  | 'nothing-selected'
  | 'cancelled'
  | 'secret-unavailable'
  /** The secret is in the vault, which the person left locked. */
  | 'vault-locked'
  | 'replay-running'
  | 'confirmation-needed'
  | 'engine-unavailable'
  | 'forbidden'
  | 'internal';

/** How an error travels: plain data, so that it survives structured cloning and `contextBridge`. */
export interface WireError {
  readonly code: ErrorCode;
  /** What failed, why, and what to try, in words. */
  readonly message: string;
  /** Field name → what is wrong with it, for `invalid-argument`. */
  readonly details?: Readonly<Record<string, string>>;
}

/** The one error class of the product: classified where a failure enters our code. */
export class LoupeError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LoupeError';
    this.code = code;
    this.details = options.details;
  }

  static fromWire(error: WireError): LoupeError {
    return new LoupeError(
      error.code,
      error.message,
      error.details ? { details: error.details } : {},
    );
  }
}

/** Turns anything thrown into what may cross a process; unknown failures become `internal`. */
export function toWireError(error: unknown): WireError {
  if (error instanceof LoupeError) {
    return error.details
      ? { code: error.code, message: error.message, details: error.details }
      : { code: error.code, message: error.message };
  }
  return { code: 'internal', message: messageOf(error) };
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Ends a switch over a union: a missing case does not compile. */
export function assertNever(value: never): never {
  throw new LoupeError('internal', `Unexpected value: ${JSON.stringify(value)}`);
}
