import { expect, test } from 'vitest';
import type { TreeFrame, TreeRow } from '../../../app/contract';
import { shiftOfRow, TreePointer } from '../../../renderer/state/tree-pointer.svelte';
import { withLater, type MenuEntry } from '../../../renderer/ui/menu-items';
import { steadyOrder } from '../../../renderer/ui/steady-order';
import { Toaster } from '../../../renderer/ui/toaster.svelte';
import { VirtualScroller } from '../../../renderer/ui/virtual-scroller.svelte';

const frame = (first: number, ids: readonly number[]): TreeFrame =>
  ({ first, rows: ids.map((id) => ({ id }) as TreeRow) }) as unknown as TreeFrame;

test('a row is followed when others come or go above it', () => {
  expect(shiftOfRow(frame(10, [1, 2, 3]), frame(10, [8, 9, 1, 2, 3]), 11)).toBe(2);
  expect(shiftOfRow(frame(10, [1, 2, 3]), frame(9, [2, 3]), 11)).toBe(-2);
  expect(shiftOfRow(frame(10, [1, 2, 3]), frame(10, [1, 3]), 11)).toBe(0);
});

test('a tree knows the row under the pointer, unless the hand is at the keys', () => {
  const pointer = new TreePointer();
  pointer.moveTo(60);
  expect(pointer.rowAt(100, 25)).toBe(6);
  expect(pointer.isAiming).toBe(true);
  pointer.rest();
  expect([pointer.rowAt(100, 25), pointer.isAiming]).toEqual([6, false]);
  pointer.moveTo(60);
  pointer.letGo();
  expect([pointer.rowAt(100, 25), pointer.isAiming, pointer.isInside]).toEqual([null, false, true]);
});

test('a list can follow a row only where there is something to scroll', () => {
  const scroller = new VirtualScroller(25);
  scroller.viewport = 100;
  scroller.total = 3;
  expect(scroller.canShift(1, 4)).toBe(false);
  expect(scroller.canShift(1, 5)).toBe(true);
  expect(scroller.canShift(-1, 5)).toBe(false);
  expect(scroller.canShift(0, 4)).toBe(true);
});

test('an open menu keeps its entries, and gets those that come behind them', () => {
  const entry = (label: string): MenuEntry => ({ kind: 'heading', label });
  const opened = [entry('Edit'), entry('Disconnect')];
  expect(withLater(opened, [entry('Edit'), entry('Connect')])).toBe(opened);
  expect(withLater(opened, [entry('Edit')])).toBe(opened);
  const longer = withLater(opened, [entry('Edit'), entry('Disconnect'), entry('Delete')]);
  expect(longer.map((one) => (one.kind === 'separator' ? '' : one.label))).toEqual([
    'Edit',
    'Disconnect',
    'Delete',
  ]);
});

test('what is aimed at keeps its place, and what is new comes behind', () => {
  const order = steadyOrder(['d', 'c', 'b', 'a'], ['a', 'b', 'c'], (one) => one);
  expect(order).toEqual(['a', 'b', 'c', 'd']);
});

test('no notice goes while the pointer is on them, and those that are too many go afterwards', () => {
  const toaster = new Toaster();
  for (const text of ['1', '2', '3', '4']) toaster.show({ text, lastsMs: null });
  toaster.hold();
  toaster.show({ text: '5', lastsMs: null });
  expect(toaster.toasts).toHaveLength(5);
  toaster.release();
  expect(toaster.toasts.map(({ text }) => text)).toEqual(['2', '3', '4', '5']);
});

test('an entry of an open menu can be chosen once that is possible, and no longer than that', () => {
  const did: string[] = [];
  const action = (what: string, disabled: boolean): MenuEntry => ({
    kind: 'action',
    label: 'Repeat',
    disabled,
    onselect: () => did.push(what),
  });
  const choose = (entries: readonly MenuEntry[]): void => {
    for (const entry of entries)
      if (entry.kind === 'action' && entry.disabled !== true) entry.onselect();
  };
  choose(withLater([action('then', true)], [action('now', false)]));
  choose(withLater([action('then', false)], [action('now', false)]));
  choose(withLater([action('then', false)], [action('now', true)]));
  expect(did).toEqual(['now', 'then']);
});

test('a notice takes the place of one with the same words; a way back is each time another one', () => {
  const toaster = new Toaster();
  const undo = { text: 'Deleted', action: { label: 'Undo', run: () => undefined } };
  const [copied] = ['Copied', 'Other'].map((text) => toaster.show({ text, lastsMs: null }));
  const again = toaster.show({ text: 'Copied', lastsMs: null });
  expect(again).not.toBe(copied);
  expect(toaster.toasts.map(({ text }) => text)).toEqual(['Copied', 'Other']);
  expect(toaster.toasts[0]?.id).toBe(again);
  for (const each of [undo, undo]) toaster.show({ ...each, lastsMs: null });
  expect(toaster.toasts).toHaveLength(4);
});
