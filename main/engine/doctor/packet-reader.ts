import { Buffer } from 'node:buffer';

/** No answer that the doctor waits for is longer. */
const MOST_PACKET_BYTES = 1024 * 1024;

/** What came is not MQTT: a Remaining Length of more than four bytes (MQTT 5.0 §1.5.5). */
export class NotMqttError extends Error {}

/** Cuts bytes into MQTT packets; a packet that is too long to be an answer (somebody's message) is passed over. */
export class PacketReader {
  #bytes = Buffer.alloc(0);
  #toSkip = 0;

  push(chunk: Buffer): Buffer[] {
    const skipped = Math.min(this.#toSkip, chunk.length);
    this.#toSkip -= skipped;
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(skipped)]);
    const packets: Buffer[] = [];
    for (let packet = this.#next(); packet !== null; packet = this.#next()) packets.push(packet);
    return packets;
  }

  #next(): Buffer | null {
    const sizeBytes = packetSize(this.#bytes);
    if (sizeBytes === null) return null;
    if (sizeBytes > MOST_PACKET_BYTES) {
      const here = Math.min(sizeBytes, this.#bytes.length);
      this.#toSkip = sizeBytes - here;
      this.#bytes = this.#bytes.subarray(here);
      return this.#next();
    }
    if (this.#bytes.length < sizeBytes) return null;
    const packet = this.#bytes.subarray(0, sizeBytes);
    this.#bytes = this.#bytes.subarray(sizeBytes);
    return packet;
  }
}

/** Null while the fixed header is not whole. */
function packetSize(bytes: Buffer): number | null {
  let length = 0;
  for (let at = 1; at <= 4; at += 1) {
    const digit = bytes[at];
    if (digit === undefined) return null;
    length += (digit & 0x7f) * 128 ** (at - 1);
    if (digit < 0x80) return at + 1 + length;
  }
  throw new NotMqttError('a packet’s length has more than four bytes');
}
