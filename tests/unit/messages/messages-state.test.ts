import { expect, it } from 'vitest';
import type { EngineClient } from '../../../app/rpc/client';
import type { MessagesFrame, MessagesParams } from '../../../app/contract-search';
import { MessagesState } from '../../../renderer/messages/messages-state.svelte';

/** A list with an engine that answers when the test says so. */
function list(): { state: MessagesState; show: (total: number, newest: number | null) => void } {
  let told: ((frame: MessagesFrame) => void) | undefined;
  const engine = {
    open: (_view: string, _params: MessagesParams, onframe: (frame: MessagesFrame) => void) => {
      told = onframe;
      return { update: () => undefined, close: () => undefined };
    },
    calls: { sessionChoices: () => Promise.resolve([]) },
  };
  const state = new MessagesState(engine as unknown as EngineClient, 'lab', () => undefined);
  state.open();
  return {
    state,
    show: (total, newest) => {
      const progress = { state: 'done', searched: total, messages: total, found: total };
      told?.({
        ...{ run: state.params.run, list: 1, total, newest, newer: 0, first: 0, rows: [] },
        progress: { ...progress, unreadable: 0, tooLarge: 0, elapsedMs: 0 },
      } as unknown as MessagesFrame);
    },
  };
}

it('holds what it is shown first when it was paused before', () => {
  const { state, show } = list();
  state.pause();
  expect(state.isFollowing).toBe(false);
  show(3, 30);
  expect(state.params.end).toBe(30);
  show(3, 40);
  expect(state.params.end).toBe(30);
  state.follow();
  expect(state.isFollowing).toBe(true);
  expect(state.params.end).toBeNull();
});

it('follows until it is paused', () => {
  const { state, show } = list();
  show(3, 30);
  expect(state.isFollowing).toBe(true);
  expect(state.params.end).toBeNull();
  state.pause();
  show(4, 40);
  expect(state.params.end).toBe(30);
});
