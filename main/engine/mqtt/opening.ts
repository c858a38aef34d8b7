import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';

/**
 * Waits for what says that a socket is open. Rejects with the socket's error, or with the reason of the abort; what
 * is open then is closed by whoever opened it.
 */
export function whenOpen(
  stream: Duplex,
  event: string,
  signal: AbortSignal,
  emitter: EventEmitter = stream,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      emitter.off(event, onOpen);
      stream.off('close', onClose);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
    };
    const onOpen = (): void => {
      settle();
      resolve();
    };
    const onClose = (): void => {
      fail(Object.assign(new Error('closed while it was opened'), { code: 'ECONNRESET' }));
    };
    const onAbort = (): void => {
      fail(signal.reason as Error);
    };
    emitter.once(event, onOpen);
    stream.once('close', onClose);
    // Stays on for good: an error after the time limit or the abort must not be an unhandled one.
    stream.on('error', fail);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

/** Resolves when a socket is closed, which it may be already. */
export function closed(stream: Duplex): Promise<void> {
  if (stream.closed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('close', resolve);
    stream.destroy();
  });
}

/** The outcome of some work, or the reason of the abort if that comes first. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
    if (signal.aborted) onAbort();
  });
}
