import { expect, it } from 'vitest';
import type { ListRow } from '../../../app/contract-search';
import { formatTime } from '../../../app/payload/format';
import { wordsOf } from '../../../renderer/messages/row-words';

type GapRow = Extract<ListRow, { kind: 'gap' }>;

const NOW_MS = Date.now();

function gap(change: Partial<GapRow>): GapRow {
  const times = { fromUs: (NOW_MS - 90_000) * 1000, toUs: NOW_MS * 1000 };
  return { kind: 'gap', key: 1, gap: 'lost', messages: 0, detail: '', ...times, ...change };
}

it('says of removed messages how many, up to which moment and why', () => {
  const detail = 'Older messages were removed to stay within the limit of the history.';
  expect(wordsOf(gap({ gap: 'pruned', messages: 336_588, detail }))).toBe(
    `336,588 messages removed, up to ${formatTime(NOW_MS)}. ${detail}`,
  );
});

it('says how long nothing could arrive, and shows control characters of a reason', () => {
  expect(wordsOf(gap({ gap: 'disconnected', detail: 'Gone\u0007' }))).toBe(
    'Disconnected for 1 min 30 s. Gone\\u0007',
  );
});
