/** One byte of type and flags, up to four of Remaining Length (MQTT 5.0 §2.1). */
const MAX_HEADER_BYTES = 5;
const CONTINUES = 0x80;

/** Where the body of a packet begins and ends: the same object for packet after packet, read without allocating. */
export class FixedHeader {
  /** Of the body, in the bytes that were read. */
  from = 0;
  bodyBytes = 0;

  /** Reads the header that begins at `start`; false where it is not complete, or can't become a valid one. */
  read(bytes: Uint8Array, start: number): boolean {
    const end = Math.min(bytes.length, start + MAX_HEADER_BYTES);
    let value = 0;
    // Remaining Length, a Variable Byte Integer (MQTT 5.0 §1.5.5).
    for (let at = start + 1, scale = 1; at < end; at += 1, scale *= 128) {
      const byte = bytes[at] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte >= CONTINUES) continue;
      this.from = at + 1;
      this.bodyBytes = value;
      return true;
    }
    return false;
  }

  /** Whether a header that could not be read was cut: else its Remaining Length has more than four bytes. */
  static isCut(bytes: Uint8Array, start: number): boolean {
    return bytes.length - start < MAX_HEADER_BYTES;
  }
}
