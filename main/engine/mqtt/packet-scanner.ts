import { Buffer } from 'node:buffer';
import { SkippedPublish } from './refused-publish';
import type { RefusedPublish } from './refused-publish';

const PUBLISH = 3;
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
/** One byte of type and flags, up to four of Remaining Length (MQTT 5.0 §2.1). */
const MAX_HEADER_BYTES = 5;
const CONTINUES = 0x80;
const FIRST_BYTES_SHOWN = 16;

export type StreamViolation =
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'not-mqtt'; readonly firstBytes: Uint8Array }
  | { readonly kind: 'too-large'; readonly message: string };

/** What a scanner reports while it reads. */
export interface ScannerSink {
  /** Bytes that may go on to the parser: always a slice of what came in, or a held-back header. */
  readonly forward: (bytes: Buffer) => void;
  readonly refused: (packet: RefusedPublish) => void;
}

/**
 * Reads the fixed headers of an MQTT byte stream, cut at any place (MQTT 5.0 §2.1). Packets within the limit are
 * forwarded as they come, without copying; a PUBLISH over it is skipped and reported, so that one huge retained message
 * does not end the connection at every try. Work and memory are constant per packet, whatever the packet announces.
 */
export class PacketScanner {
  readonly #maxPacketBytes: number;
  readonly #sink: ScannerSink;
  /** A fixed header that is not complete yet: held back, because it may be the header of a packet to be skipped. */
  readonly #header = Buffer.alloc(MAX_HEADER_BYTES);
  #headerLength = 0;
  /** Body bytes of the current packet that have not come yet. */
  #remaining = 0;
  #first = true;
  #skipped: SkippedPublish | null = null;

  constructor(maxPacketBytes: number, sink: ScannerSink) {
    this.#maxPacketBytes = maxPacketBytes;
    this.#sink = sink;
  }

  /** Reads a chunk. Returns a violation after which the stream must not be read any further, else null. */
  scan(chunk: Buffer): StreamViolation | null {
    let position = 0;
    /** Where the bytes begin that are accepted but not yet forwarded. */
    let pending = 0;
    while (position < chunk.length) {
      if (this.#remaining > 0) {
        const end = Math.min(position + this.#remaining, chunk.length);
        if (this.#skipped !== null) {
          this.#skipped.skip(chunk.subarray(position, end));
          pending = end;
        }
        this.#remaining -= end - position;
        position = end;
        if (this.#remaining === 0) this.#endSkip();
        continue;
      }
      const start = position;
      const heldBefore = this.#headerLength;
      if (heldBefore === 0) {
        const violation = this.#typeViolation(chunk, position);
        if (violation !== null) return this.#stop(chunk, pending, start, violation);
      }
      position = this.#readHeader(chunk, position);
      if (!this.#headerComplete()) {
        this.#forward(chunk, pending, start);
        return this.#headerLength === MAX_HEADER_BYTES
          ? { kind: 'malformed', message: 'a Remaining Length of more than four bytes' }
          : null;
      }
      const bodyBytes = this.#bodyBytes();
      if (this.#headerLength + bodyBytes > this.#maxPacketBytes) {
        this.#forward(chunk, pending, start);
        pending = position;
        const violation = this.#refuse(bodyBytes);
        if (violation !== null) return violation;
      } else if (heldBefore > 0) {
        this.#sink.forward(Buffer.from(this.#header.subarray(0, heldBefore)));
      }
      this.#headerLength = 0;
      this.#remaining = bodyBytes;
      if (bodyBytes === 0) this.#endSkip();
    }
    this.#forward(chunk, pending, chunk.length);
    return null;
  }

  #forward(chunk: Buffer, from: number, to: number): void {
    if (to > from)
      this.#sink.forward(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to));
  }

  /** What came before the violation was sound and goes on. */
  #stop(chunk: Buffer, from: number, to: number, violation: StreamViolation): StreamViolation {
    this.#forward(chunk, from, to);
    return violation;
  }

  #typeViolation(chunk: Buffer, position: number): StreamViolation | null {
    const type = (chunk[position] ?? 0) >> 4;
    if (this.#first) {
      this.#first = false;
      if (((FIRST_TYPES >> type) & 1) === 0) {
        const firstBytes = Uint8Array.from(chunk.subarray(position, position + FIRST_BYTES_SHOWN));
        return { kind: 'not-mqtt', firstBytes };
      }
    }
    if (((SERVER_TYPES >> type) & 1) === 1) return null;
    return {
      kind: 'malformed',
      message: `a packet of type ${String(type)}, which no server may send`,
    };
  }

  /** Takes header bytes until the header is complete, cannot become valid any more, or the chunk ends. */
  #readHeader(chunk: Buffer, from: number): number {
    let position = from;
    while (
      position < chunk.length &&
      this.#headerLength < MAX_HEADER_BYTES &&
      !this.#headerComplete()
    ) {
      this.#header[this.#headerLength++] = chunk[position++] ?? 0;
    }
    return position;
  }

  #headerComplete(): boolean {
    return (
      this.#headerLength > 1 && ((this.#header[this.#headerLength - 1] ?? 0) & CONTINUES) === 0
    );
  }

  /** Remaining Length, a Variable Byte Integer (MQTT 5.0 §1.5.5). */
  #bodyBytes(): number {
    let value = 0;
    for (let index = this.#headerLength - 1; index > 0; index -= 1) {
      value = value * 128 + ((this.#header[index] ?? 0) & 0x7f);
    }
    return value;
  }

  #refuse(bodyBytes: number): StreamViolation | null {
    const first = this.#header[0] ?? 0;
    const sizeBytes = this.#headerLength + bodyBytes;
    if (first >> 4 !== PUBLISH) {
      return {
        kind: 'too-large',
        message: `packet of type ${String(first >> 4)} with ${String(sizeBytes)} bytes`,
      };
    }
    const qos = (first >> 1) & 3;
    if (qos === 3) return { kind: 'malformed', message: 'a PUBLISH with QoS 3 [MQTT-3.3.1-4]' };
    this.#skipped = new SkippedPublish(sizeBytes, qos);
    return null;
  }

  #endSkip(): void {
    if (this.#skipped === null) return;
    this.#sink.refused(this.#skipped.refusal());
    this.#skipped = null;
  }
}
