import { escapeHidden } from '../../app/payload/escape';
import { topicFlaws } from '../../app/topic-bytes';
import { formatCountOf } from '../../app/payload/format';
import type { TreeRow } from '../../app/contract';
import { formatRate, isNoticeable, levelText } from '../state/format';

/** The last value of a row on one line, or null where there is none. */
export function valueText(row: TreeRow): string | null {
  if (row.preview === null) return null;
  return row.preview === '' ? '(empty)' : escapeHidden(row.preview);
}

/** What a screen reader says of a row: the topic level first, then its value and its counts. */
export function rowName(row: TreeRow): string {
  const parts = [levelText(row.name)];
  const value = valueText(row);
  if (value !== null) parts.push(value);
  parts.push(formatCountOf(row.count, 'message', 'messages'));
  if (isNoticeable(row.rate)) parts.push(formatRate(row.rate));
  if (row.expandable) parts.push(formatCountOf(row.topics, 'topic', 'topics'));
  if (row.retained) parts.push('retained');
  if (topicFlaws(row.name).length > 0) parts.push('not allowed by MQTT');
  return parts.join(', ');
}
