import { Buffer } from 'node:buffer';
import type { RawFailure } from '../../../app/raw-failure';
import type { LinkProfile } from './types';

/** Sees the bytes of a connection as they pass, and must not change or keep them. */
export interface StreamTap {
  /** Before anything else is done with it; cut anywhere. */
  received(chunk: Uint8Array): void;
  /** As it is written; the first that a tap sees begins a packet. */
  sent(chunk: Uint8Array): void;
}

/** Where in the packets of a server its stream stands. */
export interface StreamPlace {
  /** Bytes of the current packet that have not come yet. */
  readonly remainingBytes: number;
  /** What came behind it and was not read yet. */
  readonly unread: readonly Uint8Array[];
  /** Whether no packet has begun yet. */
  readonly isFirst: boolean;
}

export interface TappedStream {
  /** Shows all bytes from now on, to one tap at a time; null ends it. Says where the stream stands. */
  tap(tap: StreamTap | null): StreamPlace;
}

/** Is told of every connection of a profile as it begins, and may tap it for as long as it lasts. */
export interface StreamWatcher {
  opened(
    stream: TappedStream,
    about: { readonly profile: LinkProfile; readonly maxPacketBytes: number },
  ): WatchedStream;
}

export interface WatchedStream {
  /** Null: we closed it. */
  closed(failure: RawFailure | null): void;
}

/** What was given to a stream, as bytes. */
export function writtenBytes(chunk: Uint8Array | string, encoding: BufferEncoding): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
}
