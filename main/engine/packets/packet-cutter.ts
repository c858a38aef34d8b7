/** One byte of type and flags, up to four of Remaining Length (MQTT 5.0 §2.1). */
const MAX_HEADER_BYTES = 5;
const CONTINUES = 0x80;

export interface CutterSink {
  /** Whether a stream may begin with a packet of this first byte. */
  readonly mayBegin: (first: number) => boolean;
  /** A whole packet: its bytes, or the first of them; they are the sink's. */
  readonly packet: (bytes: Uint8Array, sizeBytes: number) => void;
  /** The stream can't be cut any further from these bytes on. */
  readonly unreadable: (bytes: Uint8Array, why: 'first-packet' | 'remaining-length') => void;
}

/**
 * Cuts one direction of a connection into control packets. It keeps no more than `keptBytes` of a packet, whatever the
 * packet announces.
 */
export class PacketCutter {
  readonly #keptBytes: number;
  readonly #sink: CutterSink;
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  #headerBytes = 0;
  /** The packet whose header is read: as much of it as is kept. */
  #kept: Uint8Array | null = null;
  #sizeBytes = 0;
  #cameBytes = 0;
  #skip = 0;
  #isFirst: boolean;
  #isBroken = false;

  constructor(keptBytes: number, sink: CutterSink, isFirst: boolean) {
    this.#keptBytes = keptBytes;
    this.#sink = sink;
    this.#isFirst = isFirst;
  }

  /** Bytes that belong to a packet whose beginning nobody saw. */
  skip(bytes: number): void {
    this.#skip = bytes;
  }

  push(chunk: Uint8Array): void {
    let at = Math.min(this.#skip, chunk.length);
    this.#skip -= at;
    while (at < chunk.length && !this.#isBroken) {
      at =
        this.#kept === null ? this.#readHeader(chunk, at) : this.#readBody(this.#kept, chunk, at);
    }
  }

  /** The packet that has begun and is not whole, as far as it came; null between packets. */
  takeRest(): { readonly bytes: Uint8Array; readonly sizeBytes: number } | null {
    const kept = this.#kept ?? this.#header.slice(0, this.#headerBytes);
    const sizeBytes = this.#kept === null ? this.#headerBytes + 1 : this.#sizeBytes;
    const came = this.#kept === null ? this.#headerBytes : this.#cameBytes;
    this.#begin();
    return came === 0 ? null : { bytes: kept.subarray(0, Math.min(came, kept.length)), sizeBytes };
  }

  #readHeader(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    if (this.#isFirst && !this.#sink.mayBegin(byte)) {
      this.#breakOff('first-packet', chunk.subarray(at));
      return at;
    }
    this.#isFirst = false;
    this.#header[this.#headerBytes] = byte;
    this.#headerBytes += 1;
    if (this.#headerBytes === 1) return at + 1;
    if (byte < CONTINUES) this.#beginBody();
    else if (this.#headerBytes === MAX_HEADER_BYTES) {
      this.#breakOff('remaining-length', chunk.subarray(at + 1));
    }
    return at + 1;
  }

  #beginBody(): void {
    let bodyBytes = 0;
    for (let at = this.#headerBytes - 1; at > 0; at -= 1) {
      bodyBytes = bodyBytes * 128 + ((this.#header[at] ?? 0) & 0x7f);
    }
    this.#sizeBytes = this.#headerBytes + bodyBytes;
    this.#kept = new Uint8Array(Math.min(this.#sizeBytes, this.#keptBytes));
    this.#kept.set(this.#header.subarray(0, this.#headerBytes));
    this.#cameBytes = this.#headerBytes;
    if (bodyBytes === 0) this.#finish(this.#kept);
  }

  #readBody(kept: Uint8Array, chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#sizeBytes - this.#cameBytes);
    const room = kept.length - this.#cameBytes;
    if (room > 0) kept.set(chunk.subarray(at, Math.min(end, at + room)), this.#cameBytes);
    this.#cameBytes += end - at;
    if (this.#cameBytes === this.#sizeBytes) this.#finish(kept);
    return end;
  }

  #finish(kept: Uint8Array): void {
    const sizeBytes = this.#sizeBytes;
    this.#begin();
    this.#sink.packet(kept, sizeBytes);
  }

  #begin(): void {
    this.#headerBytes = 0;
    this.#cameBytes = 0;
    this.#kept = null;
  }

  #breakOff(why: 'first-packet' | 'remaining-length', behind: Uint8Array): void {
    this.#isBroken = true;
    const begun = this.#header.slice(0, this.#headerBytes);
    const bytes = new Uint8Array(Math.min(begun.length + behind.length, this.#keptBytes));
    bytes.set(begun);
    bytes.set(behind.subarray(0, bytes.length - begun.length), begun.length);
    this.#begin();
    this.#sink.unreadable(bytes, why);
  }
}
