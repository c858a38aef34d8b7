import type { PacketRow } from '../../app/contract-packets';
import type { PacketField, PacketSummary } from '../../app/mqtt/packet-field';
import { escapeHidden } from '../../app/payload/escape';
import { hexCode } from '../../app/reason-codes';

export type WirePacket = Extract<PacketRow, { kind: 'packet' }>;

/** Topic or topic filters, and what else there is to say, on one line. */
export function detailsOf({ topic, about }: PacketSummary): string {
  const topics = topic === null ? '' : topic.split('\n').join(', ');
  return escapeHidden([topics, about].filter((part) => part !== '').join(' · '));
}

/** `granted QoS 1`, `not authorised`; nothing for a success that goes without saying: AUTH has nothing else to say. */
export function reasonOf({ type, reason }: PacketSummary): string {
  if (reason === null) return '';
  return reason.code === 0 && type !== 'SUBACK' && type !== 'AUTH' ? '' : reason.words;
}

/** `0.42 ms`, `3.1 ms`, `1.2 s`. */
export function latencyWords(latencyUs: number): string {
  const ms = latencyUs / 1000;
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
}

/** `0x87 not authorised`. */
export function reasonWithCode({ reason }: PacketSummary): string | null {
  return reason === null ? null : `${hexCode(reason.code)} ${reason.words}`;
}

/** The innermost field in which a byte stands: of those that share it, the first of the shortest. */
export function fieldAt(fields: readonly PacketField[], at: number): number | null {
  let found: number | null = null;
  let length = Infinity;
  for (const [index, { kind, from, to }] of fields.entries()) {
    if (kind === 'group' || at < from || at >= to || to - from >= length) continue;
    found = index;
    length = to - from;
  }
  return found;
}
