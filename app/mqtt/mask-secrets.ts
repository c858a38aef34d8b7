import { decodePacket } from './decode-packet';
import type { DecodedPacket, DecodeOptions, PacketField } from './packet-field';

/** Bytes `from` up to, but not including, `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** A packet without its secrets. */
export interface MaskedPacket {
  readonly decoded: DecodedPacket;
  /** What was overwritten. */
  readonly masked: readonly ByteRange[];
  /** Goes into `DecodeOptions` when the packet is decoded again. */
  readonly unread: Pick<PacketField, 'from' | 'value'> | null;
}

/**
 * Takes a packet apart and overwrites its secrets with zeros, in the bytes that were given. What can't be read of a
 * packet that may hold some counts as one: a password may stand anywhere behind it.
 */
export function maskSecrets(bytes: Uint8Array, options: DecodeOptions): MaskedPacket {
  const decoded = decodePacket(bytes, options);
  const { type, fields } = decoded;
  if (type !== 'CONNECT' && type !== 'CONNACK' && type !== 'AUTH') {
    return { decoded, masked: [], unread: null };
  }
  const secrets = fields.filter(({ kind }) => kind === 'secret' || kind === 'malformed');
  const masked = secrets.map(({ from, to }) => ({ from, to }));
  for (const { from, to } of masked) bytes.fill(0, from, to);
  return { decoded, masked, unread: fields.find(({ kind }) => kind === 'malformed') ?? null };
}
