import type { PacketRow } from '../../../app/contract-packets';
import type { Kept, KeptPacket } from './kept';

/** What a row needs of a topic; the packet has all of it. */
const TOPIC_CHARS = 500;

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
    latencyUs: answer?.latencyUs ?? null,
  };
}
