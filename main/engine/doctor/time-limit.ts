/** How long one thing may take, in ms; a test has less patience. */
export interface TimeLimits {
  /** To one address. */
  readonly addressMs: number;
  readonly connackMs: number;
  readonly pingMs: number;
}

export const TIME_LIMITS: TimeLimits = { addressMs: 6_000, connackMs: 10_000, pingMs: 5_000 };

/** A step took too long. */
export class TimeLimitError extends Error {
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`no answer after ${String(limitMs)} ms`);
    this.name = 'TimeLimitError';
    this.limitMs = limitMs;
  }
}

/**
 * Does something within a time. Rejects with a `TimeLimitError`, or with the reason of the signal; `work` is told through
 * its own signal and closes what it opened.
 */
export async function within<T>(
  limitMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const ended = new Promise<never>((_resolve, reject) => {
    stop.signal.addEventListener('abort', () => {
      reject(stop.signal.reason as Error);
    });
  });
  const onAbort = (): void => {
    stop.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    stop.abort(new TimeLimitError(limitMs));
  }, limitMs);
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([work(stop.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
