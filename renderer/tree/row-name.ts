import type { TreeRow } from '../../app/contract';
import { escapeHidden } from '../../app/payload/escape';
import { formatCount } from '../../app/payload/format';
import { formatRate, isNoticeable, levelText } from '../state/format';

/** What a screen reader says of a row: the topic level first, then its value and its counts. */
export function rowName(row: TreeRow): string {
  const parts = [levelText(row.name)];
  if (row.preview !== null) parts.push(escapeHidden(row.preview));
  parts.push(`${formatCount(row.count)} ${row.count === 1 ? 'message' : 'messages'}`);
  if (isNoticeable(row.rate)) parts.push(formatRate(row.rate));
  if (row.expandable) parts.push(`${formatCount(row.topics)} topics`);
  if (row.retained) parts.push('retained');
  return parts.join(', ');
}
