import type { Buffer } from 'node:buffer';
import { DirectReader } from './direct-publish';
import type { DirectWay } from './direct-publish';
import { FixedHeader } from './fixed-header';
import { SkippedPublish } from './refused-publish';
import type { RefusedPublish } from './refused-publish';
import type { StreamPlace } from './stream-tap';
import { UnreadBytes } from './unread-bytes';
import { packetName, violationText } from '../../../app/mqtt-violation';
import type { Violation } from '../../../app/mqtt-violation';
import { BrokenRule } from './rules/broken-rule';
import { violation as violationOf } from './rules/packet-rules';
import type { PacketRules } from './rules/packet-rules';
import { PUBLISH } from './rules/property-rules';

/** CONNACK or AUTH: all that a server may send first [MQTT-3.2.0-1], §4.12. */
const FIRST_TYPES = (1 << 2) | (1 << 15);
/** What a server may send at all: CONNACK, PUBLISH and its acknowledgements, SUBACK, UNSUBACK, PINGRESP, DISCONNECT, AUTH. */
const SERVER_TYPES =
  FIRST_TYPES |
  (1 << 3) |
  (1 << 4) |
  (1 << 5) |
  (1 << 6) |
  (1 << 7) |
  (1 << 9) |
  (1 << 11) |
  (1 << 13) |
  (1 << 14);
const FIRST_BYTES_SHOWN = 16;

export type StreamViolation =
  | {
      readonly kind: 'malformed' | 'too-large';
      /** In one line, with the bytes. */
      readonly message: string;
      readonly violation: Violation;
    }
  | { readonly kind: 'not-mqtt'; readonly firstBytes: Uint8Array };

/** What a scanner reports while it reads. */
export interface ScannerSink {
  /** Bytes that may go on to the parser: a slice of what came in, with the beginning of a packet that was held back. */
  readonly forward: (bytes: Buffer) => void;
  readonly refused: (packet: RefusedPublish) => void;
  /** Without it, every packet within the limit is forwarded. */
  readonly direct?: DirectWay;
  /** What packets are checked against before they are forwarded; without it, only fixed headers are. */
  readonly rules?: PacketRules;
}

/**
 * Reads the fixed headers of an MQTT byte stream, cut at any place (MQTT 5.0 §2.1). Packets within the limit are
 * forwarded as they come; a PUBLISH over it is skipped and reported, so that one huge retained message does not end the
 * connection at every try. Work and memory are constant per packet, whatever the packet announces.
 *
 * Where there is a direct way, messages at the front of a chunk take it. From the first packet on that can't, the rest of
 * the chunk is forwarded in one piece, as all of it would be without the direct way: the parser sees the same bytes
 * together, and what it makes of them is the same.
 */
export class PacketScanner {
  readonly #maxPacketBytes: number;
  readonly #sink: ScannerSink;
  readonly #header = new FixedHeader();
  readonly #reader: DirectReader | null;
  /** The beginning of a packet that is held back, or what is behind a message that everything waits for. */
  readonly #unread = new UnreadBytes();
  #isHeld = false;
  /** Body bytes of the current packet that have not come yet. */
  #remaining = 0;
  #first = true;
  #skipped: SkippedPublish | null = null;
  /** How much of the stream came before the bytes that are being read. */
  #offset = 0;

  constructor(maxPacketBytes: number, sink: ScannerSink) {
    this.#maxPacketBytes = maxPacketBytes;
    this.#sink = sink;
    const { direct } = sink;
    this.#reader = direct ? new DirectReader(direct.hasProperties, maxPacketBytes) : null;
  }

  /** Whether nothing is read until `resume`, because of a message that took the direct way. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Where in the packets the stream stands. */
  get place(): StreamPlace {
    return { remainingBytes: this.#remaining, unread: this.#unread.pieces, isFirst: this.#first };
  }

  /** Reads a chunk. Returns a violation after which the stream must not be read any further, else null. */
  scan(chunk: Buffer): StreamViolation | null {
    this.#unread.add(chunk);
    return this.#isHeld ? null : this.#readOn();
  }

  /** Goes on behind the message that everything waited for; returns as `scan` does. */
  resume(): StreamViolation | null {
    this.#isHeld = false;
    return this.#readOn();
  }

  #readOn(): StreamViolation | null {
    while (!this.#isHeld && this.#unread.isReady) {
      const bytes = this.#unread.take();
      const from = this.#takeDirect(bytes);
      if (this.#isHeld) {
        this.#keep(bytes, from, 0);
        return null;
      }
      const violation = this.#pass(bytes, from);
      if (violation !== null) return violation;
    }
    return null;
  }

  /** Gives away the messages at the front, and returns where what remains begins. */
  #takeDirect(bytes: Buffer): number {
    const { direct } = this.#sink;
    const reader = this.#reader;
    if (!direct || !reader || this.#first || this.#remaining > 0 || !direct.isOpen()) return 0;
    let position = 0;
    while (!this.#isHeld) {
      const message = reader.read(bytes, position);
      if (message === null) break;
      position = reader.end;
      this.#isHeld = !direct.take(message);
    }
    return position;
  }

  /** Forwards or skips what begins at `from`, up to a packet that is held back. */
  #pass(bytes: Buffer, from: number): StreamViolation | null {
    let position = from;
    /** Where the bytes begin that are accepted but not yet forwarded. */
    let pending = from;
    while (position < bytes.length) {
      if (this.#remaining > 0) {
        const end = Math.min(position + this.#remaining, bytes.length);
        if (this.#skipped !== null) {
          this.#skipped.skip(bytes.subarray(position, end));
          pending = end;
        }
        this.#remaining -= end - position;
        position = end;
        if (this.#remaining === 0) this.#endSkip();
        continue;
      }
      const start = position;
      const isRead = this.#header.read(bytes, start);
      let violation = this.#violation(bytes, start, isRead);
      const isHeldBack = violation === null && this.#isHeldBack(bytes, start, isRead);
      if (violation === null && !isHeldBack) violation = this.#brokenRule(bytes, start);
      if (violation !== null || isHeldBack) {
        // What came before was sound and goes on.
        this.#forward(bytes, pending, start);
        return violation;
      }
      this.#first = false;
      position = this.#header.from;
      if (this.#sizeBytes(start) > this.#maxPacketBytes) {
        this.#forward(bytes, pending, start);
        pending = position;
        this.#skipped = new SkippedPublish(this.#sizeBytes(start), ((bytes[start] ?? 0) >> 1) & 3);
      }
      this.#remaining = this.#header.bodyBytes;
      if (this.#remaining === 0) this.#endSkip();
    }
    this.#forward(bytes, pending, bytes.length);
    this.#offset += bytes.length;
    return null;
  }

  /** Keeps what begins at `from`, until so many bytes are there; see `UnreadBytes`. */
  #keep(bytes: Buffer, from: number, wanted: number): void {
    this.#offset += from;
    this.#unread.keep(bytes.subarray(from), wanted);
  }

  #forward(bytes: Buffer, from: number, to: number): void {
    if (to > from)
      this.#sink.forward(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
  }

  /** Of the packet whose header was read last. */
  #sizeBytes(start: number): number {
    return this.#header.from - start + this.#header.bodyBytes;
  }

  /** What is wrong with the packet that begins at `start`, as far as it has come. */
  #violation(bytes: Buffer, start: number, isRead: boolean): StreamViolation | null {
    const type = (bytes[start] ?? 0) >> 4;
    if (this.#first && ((FIRST_TYPES >> type) & 1) === 0) {
      const firstBytes = Uint8Array.from(bytes.subarray(start, start + FIRST_BYTES_SHOWN));
      return { kind: 'not-mqtt', firstBytes };
    }
    if (((SERVER_TYPES >> type) & 1) === 0) {
      const rule = new BrokenRule(
        type === 0 ? 'malformed' : 'protocol-error',
        '§2.1.2',
        `a packet of type ${String(type)} (${packetName(type)}), which no server may send`,
      );
      return this.#told(violationOf(rule, bytes, start, this.#offset + start));
    }
    if (!isRead) {
      if (FixedHeader.isCut(bytes, start)) return null;
      const rule = new BrokenRule(
        'malformed',
        '§2.1.4',
        'a Remaining Length of more than four bytes',
      );
      return this.#told(violationOf(rule, bytes, start, this.#offset + start));
    }
    const rule = this.#sizeProblem(bytes, start);
    if (rule !== null) return this.#told(violationOf(rule, bytes, start, this.#offset + start));
    const size = this.#sizeBytes(start);
    return this.#told(
      this.#sink.rules?.headerProblem(bytes, start, size, this.#offset + start) ?? null,
    );
  }

  /** Of what can't be skipped: only a PUBLISH can, and only where it is clear whether it must be answered. */
  #sizeProblem(bytes: Buffer, start: number): BrokenRule | null {
    const size = this.#sizeBytes(start);
    if (size <= this.#maxPacketBytes) return null;
    const first = bytes[start] ?? 0;
    const type = first >> 4;
    if (type !== PUBLISH) {
      const words = `a packet of type ${String(type)} (${packetName(type)}) with ${String(size)} bytes`;
      return new BrokenRule('too-large', 'MQTT-3.1.2-24', words);
    }
    if (((first >> 1) & 3) < 3) return null;
    return new BrokenRule('malformed', 'MQTT-3.3.1-4', 'a PUBLISH with QoS 3');
  }

  /** Of a packet that is not held back, and is not skipped. */
  #brokenRule(bytes: Buffer, start: number): StreamViolation | null {
    const { rules } = this.#sink;
    if (!rules || this.#sizeBytes(start) > this.#maxPacketBytes) return null;
    const { from, bodyBytes } = this.#header;
    return this.#told(rules.problem(bytes, start, from, from + bodyBytes, this.#offset + start));
  }

  #told(violation: Violation | null): StreamViolation | null {
    if (violation === null) return null;
    const kind = violation.kind === 'too-large' ? 'too-large' : 'malformed';
    return { kind, message: violationText(violation), violation };
  }

  /**
   * Keeps the beginning of a packet that is cut in its header, which may be that of a packet to be skipped, that may take
   * the direct way when it is complete, or that can't be checked yet.
   */
  #isHeldBack(bytes: Buffer, start: number, isRead: boolean): boolean {
    if (!isRead) {
      this.#keep(bytes, start, bytes.length - start + 1);
      return true;
    }
    const size = this.#sizeBytes(start);
    if (start + size <= bytes.length || size > this.#maxPacketBytes) return false;
    const wanted = this.#reader?.awaits(bytes[start] ?? 0, size)
      ? size
      : (this.#sink.rules?.neededBytes(bytes, start, this.#header.from, start + size) ?? 0);
    if (start + wanted <= bytes.length) return false;
    this.#keep(bytes, start, wanted);
    return true;
  }

  #endSkip(): void {
    if (this.#skipped === null) return;
    this.#sink.refused(this.#skipped.refusal());
    this.#skipped = null;
  }
}
