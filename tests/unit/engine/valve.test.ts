import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MOST_WAITING_BYTES, MOST_WAITING_MESSAGES, Valve } from '../../../main/engine/valve';

const HOLD_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A valve before a history whose backlog the test says. */
function valve(): {
  valve: Valve;
  backlog: { messages: number; bytes: number };
  /** What happened, in order. */
  events: string[];
  pass: (name: string) => void;
} {
  const backlog = { messages: 0, bytes: 0 };
  const events: string[] = [];
  const made = new Valve({
    backlog: () => backlog,
    holdMs: HOLD_MS,
    onRefusing: (refusing) => events.push(refusing ? 'refusing' : 'taking'),
  });
  const pass = (name: string): void => {
    made.pass(() => events.push(name));
  };
  return { valve: made, backlog, events, pass };
}

describe('a valve', () => {
  test('lets everything pass up to its bounds', () => {
    const { valve: tested, backlog, events, pass } = valve();
    pass('empty');
    backlog.messages = MOST_WAITING_MESSAGES;
    backlog.bytes = MOST_WAITING_BYTES;
    pass('just full');
    expect(events).toEqual(['empty', 'just full']);
    expect([tested.holding, tested.refusing]).toEqual([false, false]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(['messages', 'bytes'] as const)(
    'makes the broker wait when too many %s are not stored yet, until half of them are',
    (what) => {
      const { valve: tested, backlog, events, pass } = valve();
      const most = what === 'messages' ? MOST_WAITING_MESSAGES : MOST_WAITING_BYTES;
      backlog[what] = most + 1;
      pass('held');
      expect([tested.holding, tested.refusing]).toEqual([true, false]);
      backlog[what] = most / 2 + 1;
      tested.look();
      expect(events).toEqual([]);
      backlog[what] = most / 2;
      tested.look();
      expect(events).toEqual(['held']);
      expect(tested.holding).toBe(false);
      // The time of this wait does not count for the next one.
      vi.advanceTimersByTime(HOLD_MS - 1);
      backlog[what] = most + 1;
      pass('held again');
      vi.advanceTimersByTime(HOLD_MS - 1);
      expect([tested.holding, tested.refusing]).toEqual([true, false]);
    },
  );

  test('lets those who wait go on in their order, each once', () => {
    const { valve: tested, backlog, events, pass } = valve();
    backlog.messages = MOST_WAITING_MESSAGES + 1;
    for (const name of ['first', 'second', 'third']) pass(name);
    backlog.messages = 0;
    tested.look();
    tested.look();
    expect(events).toEqual(['first', 'second', 'third']);
  });

  test('refuses when the broker waited too long, and lets the connection go on', () => {
    const { valve: tested, backlog, events, pass } = valve();
    backlog.messages = MOST_WAITING_MESSAGES + 1;
    pass('held');
    vi.advanceTimersByTime(HOLD_MS / 2);
    pass('held later');
    vi.advanceTimersByTime(HOLD_MS / 2 - 1);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events).toEqual(['refusing', 'held', 'held later']);
    expect([tested.holding, tested.refusing]).toEqual([false, true]);
    pass('refused');
    expect(events.at(-1)).toBe('refused');
  });

  test('takes messages again when half is stored, says so once, and can refuse again', () => {
    const { valve: tested, backlog, events, pass } = valve();
    for (const round of [1, 2]) {
      backlog.bytes = MOST_WAITING_BYTES + 1;
      pass(`held ${round}`);
      vi.advanceTimersByTime(HOLD_MS);
      tested.look();
      expect(tested.refusing).toBe(true);
      backlog.bytes = MOST_WAITING_BYTES / 2;
      tested.look();
      tested.look();
      expect(tested.refusing).toBe(false);
    }
    const round = (number: number): string[] => ['refusing', `held ${number}`, 'taking'];
    expect(events).toEqual([...round(1), ...round(2)]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('goes on by itself when another connection was what the history was busy with', () => {
    const { valve: tested, backlog, events, pass } = valve();
    backlog.messages = MOST_WAITING_MESSAGES + 1;
    pass('held');
    // Nothing of this connection is left to be stored: nobody calls `look`.
    backlog.messages = 0;
    vi.advanceTimersByTime(HOLD_MS / 2);
    expect(events).toEqual(['held']);
    vi.advanceTimersByTime(2 * HOLD_MS);
    expect(tested.refusing).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('takes messages again by itself, also when none comes that would be refused', () => {
    const { valve: tested, backlog, events, pass } = valve();
    backlog.messages = MOST_WAITING_MESSAGES + 1;
    pass('held');
    vi.advanceTimersByTime(HOLD_MS);
    expect(tested.refusing).toBe(true);
    backlog.messages = 0;
    vi.advanceTimersByTime(HOLD_MS / 2);
    expect(events).toEqual(['refusing', 'held', 'taking']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    [0, ['held']],
    [HOLD_MS, ['refusing', 'held', 'taking']],
  ])('keeps nobody waiting, and no timer, when it is closed after %i ms', (waitMs, expected) => {
    const { valve: tested, backlog, events, pass } = valve();
    backlog.messages = MOST_WAITING_MESSAGES + 1;
    pass('held');
    vi.advanceTimersByTime(waitMs);
    tested.close();
    expect(events).toEqual(expected);
    expect(vi.getTimerCount()).toBe(0);
  });
});
