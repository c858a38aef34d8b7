/** The part of the contract that shows the control packets of a connection as they stand on the wire. */
import type { Direction } from './message';
import type { ByteRange } from './mqtt/mask-secrets';
import type { DecodeOptions, PacketSummary } from './mqtt/packet-field';
import type { PacketType } from './mqtt/packet-types';

/** `paused`: packets are counted as they pass, and not kept. Kept in memory only: a fresh start is off. */
export type CaptureMode = 'off' | 'on' | 'paused';

/** Which of the kept packets are listed. */
export interface PacketFilter {
  readonly direction: Direction | null;
  /** None for all. */
  readonly types: readonly PacketType[];
  /** A topic filter, or a part of a topic in any case; empty for all. */
  readonly topic: string;
  /** Only what went wrong. */
  readonly errorsOnly: boolean;
}

export interface PacketsParams {
  readonly profileId: string;
  readonly filter: PacketFilter;
  /** Counted up with each other filter, so that a frame says which one it belongs to. */
  readonly run: number;
  /** Row numbers count from the first that was ever listed, so that they stay when old ones fall out. */
  readonly first: number;
  readonly count: number;
  /** True: the newest rows, wherever `first` is. */
  readonly follow: boolean;
  /** The packet whose row number is asked for. */
  readonly selected: number | null;
}

export interface PacketsFrame {
  readonly mode: CaptureMode;
  readonly run: number;
  /** Rows that fell out at the beginning of the list, and those that it has now. */
  readonly removed: number;
  readonly total: number;
  readonly first: number;
  readonly rows: readonly PacketRow[];
  /** The packet whose row number was asked for, and that number; null when it is not in the list. */
  readonly selected: number | null;
  readonly selectedRow: number | null;
  readonly kept: Amount;
  /** What fell out because of the limits. */
  readonly dropped: Amount;
  /** Packets that passed since it was paused. */
  readonly passed: number;
}

export interface Amount {
  readonly packets: number;
  readonly bytes: number;
}

export type PacketRow =
  | {
      readonly kind: 'packet';
      readonly id: number;
      /** When its last byte had come, or when it was written; µs since 1970. */
      readonly timeUs: number;
      readonly direction: Direction;
      readonly sizeBytes: number;
      readonly summary: PacketSummary;
      /** The beginning of the payload of a PUBLISH, as its field is shown; null for all else. */
      readonly payload: string | null;
      /** From the packet to its acknowledgement; null without one. */
      readonly latencyUs: number | null;
    }
  | {
      /** Something that happened to the connection. */
      readonly kind: 'event';
      readonly id: number;
      readonly timeUs: number;
      readonly words: string;
      readonly isBad: boolean;
      /** The packet that it is about. */
      readonly packet: number | null;
    };

/** A packet as it is kept. */
export interface PacketDetail {
  readonly row: Extract<PacketRow, { kind: 'packet' }>;
  /** Which connection since the program began, from 1. */
  readonly connection: number;
  /** The packet or its beginning; zeros where a secret stood. */
  readonly bytes: Uint8Array;
  readonly masked: readonly ByteRange[];
  /** What `decodePacket` needs to take it apart. */
  readonly options: DecodeOptions;
  /** The packet that acknowledges it, and the one that it acknowledges. */
  readonly answeredBy: number | null;
  readonly answers: number | null;
}

/** `jsonl`: a JSON object on each line. `pcap`: for Wireshark and its kin, the packets in a TCP connection made up for them. */
export type PacketFileFormat = 'jsonl' | 'pcap';

export interface PacketCalls {
  setCapture(arg: { readonly profileId: string; readonly mode: CaptureMode }): void;
  /** Forgets what is kept; capturing goes on as it was. */
  clearPackets(arg: { readonly profileId: string }): void;
  /** @throws LoupeError `not-found` when it fell out */
  packet(arg: { readonly profileId: string; readonly id: number }): PacketDetail;
  /** All that is kept, as a file. */
  packetFile(arg: { readonly profileId: string; readonly format: PacketFileFormat }): Uint8Array;
}

export interface PacketViews {
  packets: { readonly params: PacketsParams; readonly frame: PacketsFrame };
}
