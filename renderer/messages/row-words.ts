import type { ListRow } from '../../app/contract-search';
import { escapeHidden } from '../../app/payload/escape';
import { formatCountOf, formatMoment } from '../../app/payload/format';
import { plainPreviewOf, type Preview } from '../../app/payload/preview';
import { assertNever } from '../../app/errors';
import { durationText } from '../../app/time/time-words';

const PREVIEW_CHARS = 300;

export type MessageRow = Extract<ListRow, { kind: 'message' }>;

/** The payload on one line; of a match that stands further back, what is around it. */
export function previewOfRow({ head, preview, previewAt }: MessageRow): Preview {
  if (previewAt === 0) return plainPreviewOf(preview, head.sizeBytes, PREVIEW_CHARS);
  const part = plainPreviewOf(preview, preview.length + 1, PREVIEW_CHARS);
  return { ...part, text: `…${part.text}` };
}

/** What a row that is no message says. */
export function wordsOf(row: Exclude<ListRow, MessageRow>): string {
  switch (row.kind) {
    case 'missing':
      return row.isDamaged
        ? 'This message cannot be shown: a part of the history is damaged'
        : 'This message was removed since: the history keeps the newest ones within its limit';
    case 'session':
      return row.begins ? 'The session began' : 'The session ended';
    case 'gap':
      return gapWords(row);
    default:
      return assertNever(row);
  }
}

function gapWords({
  gap,
  fromUs,
  toUs,
  messages,
  detail,
}: Extract<ListRow, { kind: 'gap' }>): string {
  const count = formatCountOf(messages, 'message', 'messages');
  const lengthUs = toUs - fromUs;
  const words = {
    disconnected: `Disconnected for ${lengthUs < 1e6 ? 'less than a second' : durationText(lengthUs)}`,
    refused: `${count} refused`,
    pruned: `${count} removed, up to ${formatMoment(Math.floor(toUs / 1000), Date.now())}`,
    deleted: `${count} deleted`,
    lost: 'What came here is not known',
  }[gap];
  return detail === '' ? words : `${words}. ${escapeHidden(detail)}`;
}

/** Identity of a row, so that its element follows it. */
export function keyOfRow(row: ListRow | null, index: number): string {
  if (row === null) return `row ${String(index)}`;
  switch (row.kind) {
    case 'message':
      return `message ${String(row.head.id)}`;
    case 'missing':
      return `missing ${String(row.id)} ${String(index)}`;
    case 'session':
      return `session ${String(row.key)} ${String(row.begins)}`;
    case 'gap':
      return `gap ${String(row.key)}`;
    default:
      return assertNever(row);
  }
}

/** When a row happened, µs since 1970; null where it is not known. */
export function timeOfRow(row: ListRow): number | null {
  if (row.kind === 'message') return row.head.timeUs;
  if (row.kind === 'session') return row.timeUs;
  return row.kind === 'gap' ? row.fromUs : null;
}
