import { expect, test } from 'vitest';
import { firstOffer } from '../../../app/chart/candidates';
import type { ChartCandidate } from '../../../app/contract-charts';

const offer = (what: ChartCandidate['what']): ChartCandidate => ({
  what,
  value: '1',
  unit: null,
  form: 'number',
});

test('what is drawn first is the first offer, unless a person chose the kind: then the first of it, or none', () => {
  const value = offer({ kind: 'value', path: ['a'] });
  const metric = offer({ kind: 'metric', name: 'b' });
  expect(firstOffer([value, metric], null)).toBe(value);
  expect(firstOffer([value, metric], 'metric')).toBe(metric);
  expect(firstOffer([value, metric], 'rate')).toBeUndefined();
});
