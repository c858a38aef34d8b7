import { expect, it } from 'vitest';
import type { SubscriptionOutcome } from '../../../app/connection';
import type { Subscription } from '../../../app/subscription';
import { waitingWords } from '../../../renderer/tree/waiting-words';

const to = (filter: string, more: Partial<Subscription> = {}): Subscription => ({
  ...{ filter, qos: 0 },
  ...more,
});
const outcome = (filter: string, granted: 0 | null): SubscriptionOutcome => ({
  ...{ filter, granted, reason: null },
});

it('names what was granted, neither what is paused nor what was refused', () => {
  const words = waitingWords(
    [to('#'), to('plant/#', { paused: true }), to('lab/#')],
    [outcome('#', null), outcome('lab/#', 0)],
  );
  expect(words).toBe('Subscribed to lab/#. Topics appear here with their first message.');
});

it('says why nothing can arrive', () => {
  expect(waitingWords([], [])).toContain('has no subscriptions');
  expect(waitingWords([to('#', { paused: true })], [])).toContain('are paused');
  expect(waitingWords([to('#')], [outcome('#', null)])).toContain('refused every subscription');
});

it('names the first of many', () => {
  const many = Array.from({ length: 8 }, (_each, at) => to(`hall${String(at)}/#`));
  expect(waitingWords(many, [])).toContain('hall4/# and 3 more.');
});
