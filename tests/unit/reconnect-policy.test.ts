import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from '../../main/engine/mqtt/reconnect-policy';

describe('the time between tries to reconnect', () => {
  it('grows from 1 s to 30 s', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 1_000].map((attempt) => reconnectDelayMs(attempt, 0.5));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('varies by a quarter, but stays from 1 s to 30 s', () => {
    expect(reconnectDelayMs(3, 0)).toBe(3_000);
    expect(reconnectDelayMs(3, 0.999_999)).toBe(5_000);
    expect(reconnectDelayMs(1, 0)).toBe(1_000);
    expect(reconnectDelayMs(9, 0.999)).toBe(30_000);
  });
});
