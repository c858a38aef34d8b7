import type { ByteRange } from '../../../app/mqtt/mask-secrets';
import type { DecodeOptions, PacketSummary } from '../../../app/mqtt/packet-field';

/** A packet as it is kept: without its secrets, and of a large one the beginning. */
export interface KeptPacket {
  readonly kind: 'packet';
  readonly id: number;
  readonly timeUs: number;
  readonly connection: number;
  readonly bytes: Uint8Array;
  readonly masked: readonly ByteRange[];
  readonly options: DecodeOptions;
  /** What is wrong with it may be known only when it has ended its connection. */
  summary: PacketSummary;
  /** The packet that it acknowledges. */
  readonly answers: number | null;
  /** What acknowledged it, once that has come. */
  answer: { readonly id: number; readonly latencyUs: number } | null;
}

/** Something that happened to a connection. */
export interface KeptEvent {
  readonly kind: 'event';
  readonly id: number;
  readonly timeUs: number;
  readonly connection: number;
  readonly words: string;
  readonly isBad: boolean;
  /** The packet that it is about. */
  readonly packet: number | null;
}

export type Kept = KeptPacket | KeptEvent;

/** What an entry takes beside its bytes and texts. */
const ENTRY_BYTES = 600;

/** About how much memory an entry takes. */
export function bytesOf(entry: Kept): number {
  if (entry.kind === 'event') return ENTRY_BYTES + entry.words.length;
  const { bytes, summary } = entry;
  return ENTRY_BYTES + bytes.length + (summary.topic?.length ?? 0) + summary.about.length;
}
