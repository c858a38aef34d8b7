import type { PacketRow } from '../../../app/contract-packets';
import { decodePacket } from '../../../app/mqtt/decode-packet';
import { PAYLOAD_FIELD } from '../../../app/mqtt/read-publish';
import type { Kept, KeptPacket } from './kept';

/** What a row needs of a topic; the packet has all of it. */
const TOPIC_CHARS = 500;
const PAYLOAD_CHARS = 200;

type Row<Kind extends PacketRow['kind']> = Extract<PacketRow, { kind: Kind }>;

/** An entry as the window lists it. */
export function rowOf(entry: KeptPacket): Row<'packet'>;
export function rowOf(entry: Kept): PacketRow;
export function rowOf(entry: Kept): PacketRow {
  const { id, timeUs } = entry;
  if (entry.kind === 'event') {
    const { words, isBad, packet } = entry;
    return { kind: 'event', id, timeUs, words, isBad, packet };
  }
  const { options, answer, summary } = entry;
  return {
    ...{ kind: 'packet', id, timeUs },
    direction: options.isFromServer ? 'in' : 'out',
    sizeBytes: options.sizeBytes,
    summary: {
      ...summary,
      topic: summary.topic?.slice(0, TOPIC_CHARS) ?? null,
      about: summary.about.slice(0, TOPIC_CHARS),
    },
    payload: payloadOf(entry),
    latencyUs: answer?.latencyUs ?? null,
  };
}

/** Only rows that are shown are taken apart again for it. */
function payloadOf({ bytes, options, summary }: KeptPacket): string | null {
  if (summary.type !== 'PUBLISH') return null;
  const { fields } = decodePacket(bytes, options);
  const payload = fields.find(({ name, depth }) => name === PAYLOAD_FIELD && depth === 0);
  return payload?.value.slice(0, PAYLOAD_CHARS) ?? null;
}
