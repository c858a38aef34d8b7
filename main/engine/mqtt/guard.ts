import { Buffer } from 'node:buffer';
import { Duplex } from 'node:stream';
import type { DirectWay } from './direct-publish';
import { PacketScanner } from './packet-scanner';
import type { StreamViolation } from './packet-scanner';
import type { PasswordAlone, WriteDone } from './password-alone';
import { piecesOf } from './pieces';
import type { RefusedPublish } from './refused-publish';
import { writtenBytes } from './stream-tap';
import type { StreamPlace, StreamTap, TappedStream } from './stream-tap';
import type { PacketRules } from './rules/packet-rules';
import type { Receive } from './types';

export interface GuardOptions {
  readonly maxPacketBytes: number;
  /** A PUBLISH over the limit was skipped; the connection goes on. */
  readonly onRefused: (packet: RefusedPublish) => void;
  /** The stream can't be trusted any more; what came before was passed on, and the guard closes itself. */
  readonly onViolation: (violation: StreamViolation) => void;
  /** The socket failed; the guard closes itself once what came before was read. */
  readonly onSocketError: (error: Error) => void;
  /** Takes messages that need not go through mqtt.js; without it, everything does. */
  readonly direct?: DirectOptions;
  /** What the server may send; without it, only fixed headers are checked. */
  readonly rules?: PacketRules;
  /** Writes the CONNECT anew; without it, it goes as mqtt.js writes it. */
  readonly connect?: PasswordAlone | null;
}

export interface DirectOptions {
  /** Whether the packets are those of MQTT 5. */
  readonly hasProperties: boolean;
  /** False: the stream is cut in the same way, but all of it goes through mqtt.js. */
  readonly isUsed: boolean;
  readonly onMessage: Receive;
}

/** What mqtt.js pipes the guard into: Node's `Writable`, or the npm package's. */
type Reader = NodeJS.WritableStream & { readonly writableLength?: unknown };

const BUFFERED_BYTES = 128 * 1024;
/**
 * A busy socket is read up to 32 times (2 MiB, some 15,000 small messages) before libuv turns to anything else: a click
 * would wait for hundreds of milliseconds. After so much work in one turn the socket rests until the next.
 */
const TURN_MS = 4;
/** How long a server may take to hear why the connection is closed; one that does not read is not waited for. */
const FAREWELL_MS = 500;

/**
 * A socket as mqtt.js sees it: the same bytes, minus packets that are refused at their fixed header (mqtt.js's own
 * limit applies only after it has buffered the whole packet), and minus messages that take the direct way. Keeps
 * backpressure both ways: while mqtt.js does not read, or a message of the direct way is not done with, the socket is
 * paused. Closes itself when the socket closes, and emits `close` after the socket has.
 */
export class GuardedStream extends Duplex implements TappedStream {
  readonly #socket: Duplex;
  readonly #options: GuardOptions;
  readonly #scanner: PacketScanner;
  #reader: Reader | null = null;
  /** Whether mqtt.js, or we for it, have room for more. */
  #roomLeft = true;
  #ended = false;
  /** Whether a message is being given away right now, and whether it was done with at once. */
  #isGiving = false;
  #isDone = false;
  /** What happened to the socket while a message held everything up: it is told after what had arrived. */
  readonly #afterHold: (() => void)[] = [];
  /** Sees all bytes of both directions; null while nobody asked for them. */
  #tap: StreamTap | null = null;
  #farewell: Buffer | null = null;
  #unsentBytes = 0;
  /** Null once the CONNECT is written. */
  #connect: PasswordAlone | null;
  /** When the work of this turn of the event loop began; null before its first chunk. */
  #turnBeganMs: number | null = null;
  #resting = false;
  #heardAtMs = performance.now();

  constructor(socket: Duplex, options: GuardOptions) {
    super({ readableHighWaterMark: BUFFERED_BYTES, allowHalfOpen: true, autoDestroy: false });
    this.#socket = socket;
    this.#options = options;
    this.#connect = options.connect ?? null;
    this.#scanner = new PacketScanner(options.maxPacketBytes, {
      forward: (bytes) => {
        this.#forward(bytes);
      },
      refused: options.onRefused,
      ...(options.direct ? { direct: this.#directWay(options.direct) } : {}),
      ...(options.rules ? { rules: options.rules } : {}),
    });
    socket.on('data', (chunk: Buffer) => {
      if (this.#ended || this.destroyed) return;
      this.#beginTurn();
      this.#roomLeft = true;
      this.#heardAtMs = performance.now();
      this.#tap?.received(chunk);
      this.#scanned(this.#scanner.scan(chunk));
    });
    socket.on('error', (error: Error) => {
      this.#inOrder(() => {
        if (!this.destroyed) options.onSocketError(error);
      });
    });
    for (const event of ['end', 'close']) {
      socket.once(event, () => {
        this.#inOrder(() => {
          this.#endReading();
        });
      });
    }
  }

  /** See `TappedStream`. */
  tap(tap: StreamTap | null): StreamPlace {
    this.#tap = tap;
    return this.#scanner.place;
  }

  /** How long the server has not sent anything. */
  get silentMs(): number {
    return performance.now() - this.#heardAtMs;
  }

  /** How much of what was written has not gone to the socket yet. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** Packets are written whole within one call of mqtt.js, so a tap always begins with a packet. */
  override write(
    chunk: Buffer | string,
    encoding?: BufferEncoding | WriteDone,
    done?: WriteDone,
  ): boolean {
    const known = typeof encoding === 'string' ? encoding : 'utf8';
    const told = typeof encoding === 'function' ? encoding : done;
    if (this.#connect !== null && this.writable)
      return this.#writeConnect(this.#connect, writtenBytes(chunk, known), told);
    if (this.#tap !== null && this.writable) this.#tap.sent(writtenBytes(chunk, known));
    this.#unsentBytes += Buffer.byteLength(chunk, known);
    return super.write(chunk, known, told);
  }

  #writeConnect(connect: PasswordAlone, piece: Uint8Array, done: WriteDone | undefined): boolean {
    const whole = connect.take(piece, done);
    if (whole === null) return true;
    this.#connect = null;
    return this.write(whole, (error) => {
      connect.settle(error);
    });
  }

  /** What is taken of a CONNECT that never became whole. */
  #giveUpConnect(error: Error | null): void {
    this.#connect?.settle(error ?? new Error('closed before the CONNECT was whole'));
    this.#connect = null;
  }

  /** mqtt.js reads by this alone. */
  override pipe<Destination extends NodeJS.WritableStream>(
    destination: Destination,
    options?: { end?: boolean },
  ): Destination {
    this.#reader = destination;
    return super.pipe(destination, options);
  }

  /** Closes, and says why before that, where the server still listens. */
  destroyWith(farewell: Buffer): void {
    if (this.destroyed) return;
    this.#farewell = farewell;
    this.destroy();
  }

  #directWay({ hasProperties, isUsed, onMessage }: DirectOptions): DirectWay {
    const done = (): void => {
      this.#done();
    };
    return {
      hasProperties,
      // A chunk counts as written when mqtt.js has handled all of its packets, and their messages are done with.
      isOpen: () => isUsed && this.readableLength === 0 && this.#reader?.writableLength === 0,
      take: (message) => {
        this.#isDone = false;
        this.#isGiving = true;
        onMessage(message, done);
        this.#isGiving = false;
        return this.#isDone;
      },
    };
  }

  /** The message that was given away last is done with. */
  #done(): void {
    this.#isDone = true;
    if (this.#isGiving || !this.#scanner.isHeld) return;
    this.#beginTurn();
    this.#scanned(this.#scanner.resume());
    if (this.#scanner.isHeld) return;
    for (const happened of this.#afterHold.splice(0)) happened();
    if (this.readableLength < this.readableHighWaterMark) this._read();
  }

  #inOrder(happened: () => void): void {
    if (this.#scanner.isHeld) this.#afterHold.push(happened);
    else happened();
  }

  #forward(bytes: Buffer): void {
    // What was read before the end has arrived: mqtt.js still takes it, but no longer by the pipe.
    if (this.destroyed) this.#reader?.write(bytes);
    else this.#roomLeft = this.push(bytes) && this.#roomLeft;
  }

  #scanned(violation: StreamViolation | null): void {
    if (violation !== null || !this.#roomLeft || this.#scanner.isHeld || this.#needsRest())
      this.#socket.pause();
    if (violation !== null)
      this.#endReading(() => {
        this.#options.onViolation(violation);
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
    if (this.#ended || this.#resting || this.#scanner.isHeld) return;
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  #beginTurn(): void {
    if (this.#turnBeganMs !== null) return;
    this.#turnBeganMs = performance.now();
    setImmediate(() => {
      this.#turnBeganMs = null;
      if (!this.#resting) return;
      this.#resting = false;
      // Where mqtt.js has no room yet, its next read goes on.
      if (this.readableLength < this.readableHighWaterMark) this._read();
    });
  }

  /** True when this turn has had its share; the next one goes on by itself. */
  #needsRest(): boolean {
    this.#resting ||= performance.now() - (this.#turnBeganMs ?? Infinity) >= TURN_MS;
    return this.#resting;
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#pass([chunk], done);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#pass(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  /** Small ones go together: each write is a call of the system. */
  #pass(chunks: readonly Buffer[], done: () => void): void {
    const pieces = piecesOf(chunks);
    const next = (): void => {
      for (let piece = pieces.next(); !piece.done; piece = pieces.next()) {
        this.#unsentBytes -= piece.value.length;
        if (this.#socket.write(piece.value)) continue;
        this.#socket.once('drain', next);
        return;
      }
      done();
    };
    next();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#giveUpConnect(null);
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#giveUpConnect(error);
    if (this.#socket.closed) {
      done(error);
      return;
    }
    this.#socket.once('close', () => {
      done(error);
    });
    if (this.#farewell === null || !this.#socket.writable) this.#socket.destroy();
    else this.#sayFarewell(this.#farewell);
  }

  /** Reads on without listening: a socket that is closed with bytes unread resets, and takes back what was written. */
  #sayFarewell(farewell: Buffer): void {
    const timer = setTimeout(() => {
      this.#socket.destroy();
    }, FAREWELL_MS);
    this.#socket.once('close', () => {
      clearTimeout(timer);
    });
    this.#socket.end(farewell);
    this.#socket.resume();
  }
}
