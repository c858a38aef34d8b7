import { Buffer } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PacketFileFormat } from '../../../app/contract-packets';
import type { Kept } from './kept';
import { jsonLine } from './json-line';
import type { PacketRing } from './packet-ring';
import { Capture } from './pcap';

/** Entries per turn of the event loop, so that writing many delays nothing. */
const SLICE = 500;

/** All that is kept, as a file. What falls out of the ring meanwhile is in it too. */
export async function packetFile(ring: PacketRing, format: PacketFileFormat): Promise<Uint8Array> {
  const entries: Kept[] = [];
  for (let id = ring.firstId; id < ring.nextId; id += 1) {
    const entry = ring.get(id);
    if (entry !== null) entries.push(entry);
  }
  return format === 'jsonl' ? inLines(entries) : asCapture(entries);
}

async function inLines(entries: readonly Kept[]): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for (let at = 0; at < entries.length; at += SLICE) {
    parts.push(
      Buffer.from(
        entries
          .slice(at, at + SLICE)
          .map(jsonLine)
          .join(''),
      ),
    );
    await nextTurn();
  }
  return Buffer.concat(parts);
}

async function asCapture(entries: readonly Kept[]): Promise<Uint8Array> {
  const capture = new Capture();
  for (let at = 0; at < entries.length; at += SLICE) {
    for (const entry of entries.slice(at, at + SLICE)) {
      if (entry.kind === 'packet') capture.add(entry);
    }
    await nextTurn();
  }
  return capture.bytes;
}
