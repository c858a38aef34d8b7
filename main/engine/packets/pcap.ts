import { Buffer } from 'node:buffer';
import type { KeptPacket } from './kept';

/** libpcap's file format: magic number for µs, version 2.4, link type 228 (raw IPv4). */
const MAGIC = 0xa1b2c3d4;
const LINK_TYPE_IPV4 = 228;
const HEADER_BYTES = 24;
const RECORD_BYTES = 16;
const IP_BYTES = 20;
const TCP_BYTES = 20;
/** The longest piece of a packet in one segment: an IPv4 datagram has at most 65,535 bytes. */
const SEGMENT_BYTES = 60_000;
const TCP = 6;
const PUSH_ACK = 0x18;
const BROKER_PORT = 1883;
const FIRST_CLIENT_PORT = 49_152;
const CLIENT = [10, 0, 0, 1] as const;
const BROKER = [10, 0, 0, 2] as const;

interface Flow {
  in: number;
  out: number;
}

/**
 * Packets as a capture file that Wireshark and its kin read: each in TCP segments that are made up for it, those of one
 * connection from a port of its own. What was not kept of a packet is missing from its last segment, as with a snapshot
 * length. Checksums are 0, "not computed".
 */
export class Capture {
  readonly #parts: Buffer[] = [fileHeader()];
  readonly #flows = new Map<number, Flow>();

  get bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  add({ bytes, options, connection, timeUs }: KeptPacket): void {
    const flow = this.#flows.get(connection) ?? { in: 1, out: 1 };
    this.#flows.set(connection, flow);
    const way = options.isFromServer ? 'in' : 'out';
    // What never came is not of the stream.
    const sizeBytes = options.missing === 'not-come' ? bytes.length : options.sizeBytes;
    for (let at = 0; at < sizeBytes; at += SEGMENT_BYTES) {
      const length = Math.min(SEGMENT_BYTES, sizeBytes - at);
      const kept = bytes.subarray(at, Math.min(at + length, bytes.length));
      this.#parts.push(segment({ way, flow, connection, timeUs, length, kept }));
      flow[way] = (flow[way] + length) >>> 0;
      // A packet of megabytes would be thousands of empty segments: the rest is a hole in the numbers.
      if (at + length >= bytes.length) {
        flow[way] = (flow[way] + sizeBytes - at - length) >>> 0;
        return;
      }
    }
  }
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(0x40000, 16);
  header.writeUInt32LE(LINK_TYPE_IPV4, 20);
  return header;
}

interface Segment {
  readonly way: 'in' | 'out';
  readonly flow: Flow;
  readonly connection: number;
  readonly timeUs: number;
  /** Bytes of the packet in it, and those that are kept. */
  readonly length: number;
  readonly kept: Uint8Array;
}

function segment({ way, flow, connection, timeUs, length, kept }: Segment): Buffer {
  const headers = IP_BYTES + TCP_BYTES;
  const buffer = Buffer.alloc(RECORD_BYTES + headers + kept.length);
  buffer.writeUInt32LE(Math.floor(timeUs / 1_000_000) >>> 0, 0);
  buffer.writeUInt32LE(Math.floor(timeUs % 1_000_000), 4);
  buffer.writeUInt32LE(headers + kept.length, 8);
  buffer.writeUInt32LE(headers + length, 12);
  writeIp(buffer.subarray(RECORD_BYTES), way, headers + length);
  const tcp = buffer.subarray(RECORD_BYTES + IP_BYTES);
  const client = FIRST_CLIENT_PORT + (connection % 16_000);
  tcp.writeUInt16BE(way === 'in' ? BROKER_PORT : client, 0);
  tcp.writeUInt16BE(way === 'in' ? client : BROKER_PORT, 2);
  tcp.writeUInt32BE(flow[way], 4);
  tcp.writeUInt32BE(flow[way === 'in' ? 'out' : 'in'], 8);
  tcp[12] = (TCP_BYTES / 4) << 4;
  tcp[13] = PUSH_ACK;
  tcp.writeUInt16BE(65_535, 14);
  buffer.set(kept, RECORD_BYTES + headers);
  return buffer;
}

function writeIp(buffer: Buffer, way: 'in' | 'out', length: number): void {
  buffer[0] = 0x45;
  buffer.writeUInt16BE(length, 2);
  buffer[8] = 64;
  buffer[9] = TCP;
  buffer.set(way === 'in' ? BROKER : CLIENT, 12);
  buffer.set(way === 'in' ? CLIENT : BROKER, 16);
}
