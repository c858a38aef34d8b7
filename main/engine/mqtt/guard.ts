import { Buffer } from 'node:buffer';
import { Duplex } from 'node:stream';
import { PacketScanner } from './packet-scanner';
import type { StreamViolation } from './packet-scanner';
import type { RefusedPublish } from './refused-publish';

export interface GuardOptions {
  readonly maxPacketBytes: number;
  /** A PUBLISH over the limit was skipped; the connection goes on. */
  readonly onRefused: (packet: RefusedPublish) => void;
  /** The stream can't be trusted any more; what came before was passed on, and the guard closes itself. */
  readonly onViolation: (violation: StreamViolation) => void;
  /** The socket failed; the guard closes itself once what came before was read. */
  readonly onSocketError: (error: Error) => void;
}

const BUFFERED_BYTES = 128 * 1024;
/**
 * A busy socket is read up to 32 times (2 MiB, some 15,000 small messages) before libuv turns to anything else: a click
 * would wait for hundreds of milliseconds. After so much work in one turn the socket rests until the next.
 */
const TURN_MS = 4;

/**
 * A socket as mqtt.js sees it: the same bytes, minus packets that are refused at their fixed header (mqtt.js's own
 * limit applies only after it has buffered the whole packet). Keeps backpressure both ways: while mqtt.js does not read,
 * the socket is paused. Closes itself when the socket closes, and emits `close` after the socket has.
 */
export class GuardedStream extends Duplex {
  readonly #socket: Duplex;
  readonly #scanner: PacketScanner;
  #ended = false;
  /** When the work of this turn of the event loop began; null before its first chunk. */
  #turnBeganMs: number | null = null;
  #resting = false;

  constructor(socket: Duplex, options: GuardOptions) {
    super({ readableHighWaterMark: BUFFERED_BYTES, allowHalfOpen: true, autoDestroy: false });
    this.#socket = socket;
    let roomLeft = true;
    this.#scanner = new PacketScanner(options.maxPacketBytes, {
      forward: (bytes) => {
        roomLeft = this.push(bytes) && roomLeft;
      },
      refused: options.onRefused,
    });
    socket.on('data', (chunk: Buffer) => {
      if (this.#ended || this.destroyed) return;
      roomLeft = true;
      const violation = this.#scanner.scan(chunk);
      if (violation !== null || !roomLeft || this.#needsRest()) socket.pause();
      if (violation !== null)
        this.#endReading(() => {
          options.onViolation(violation);
        });
    });
    socket.on('error', (error: Error) => {
      if (!this.destroyed) options.onSocketError(error);
    });
    socket.once('end', () => {
      this.#endReading();
    });
    socket.once('close', () => {
      this.#endReading();
    });
  }

  /** Lets the reader have what came before, then closes. */
  #endReading(then?: () => void): void {
    if (this.#ended || this.destroyed) return;
    this.#ended = true;
    this.once('end', () => {
      then?.();
      this.destroy();
    });
    this.push(null);
  }

  override _read(): void {
    if (!this.#ended && !this.#resting && this.#socket.isPaused()) this.#socket.resume();
  }

  /** True when this turn has had its share; the next one goes on by itself. */
  #needsRest(): boolean {
    if (this.#turnBeganMs === null) {
      this.#turnBeganMs = performance.now();
      setImmediate(() => {
        this.#turnBeganMs = null;
        if (!this.#resting) return;
        this.#resting = false;
        // Where mqtt.js has no room yet, its next read goes on.
        if (this.readableLength < this.readableHighWaterMark) this._read();
      });
    }
    this.#resting ||= performance.now() - this.#turnBeganMs >= TURN_MS;
    return this.#resting;
  }

  override _write(
    chunk: Buffer,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#whenWritable(this.#socket.write(chunk, encoding), done);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#whenWritable(this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk))), done);
  }

  #whenWritable(roomLeft: boolean, done: () => void): void {
    if (roomLeft) done();
    else this.#socket.once('drain', done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#socket.closed) {
      done(error);
      return;
    }
    this.#socket.once('close', () => {
      done(error);
    });
    this.#socket.destroy();
  }
}
