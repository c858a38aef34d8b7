import { expect, test } from 'vitest';
import { isStray } from '../../../renderer/ui/stray-click';

const connect = { isConnected: false, name: 'Connect' };

test('the second click of a double click does not hit what came in place of the first', () => {
  expect(isStray(connect, { isConnected: true, name: 'Publish' }, 2)).toBe(true);
  expect(isStray(connect, { isConnected: true, name: 'Publish' }, 3)).toBe(true);
});

test('a click of its own is meant, whatever was there before', () => {
  expect(isStray(connect, { isConnected: true, name: 'Publish' }, 1)).toBe(false);
  expect(isStray(null, { isConnected: true, name: 'Publish' }, 2)).toBe(false);
});

test('a double click is meant where its first click left everything in place, or the like of it came', () => {
  const row = { isConnected: true, name: 'plant' };
  expect(isStray(row, row, 2)).toBe(false);
  const dismissed = { isConnected: false, name: 'Dismiss' };
  expect(isStray(dismissed, { isConnected: true, name: 'Dismiss' }, 2)).toBe(false);
});
