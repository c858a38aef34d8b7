import { describe, expect, test } from 'vitest';
import { panned, revealing, SHORTEST_SPAN_US, timeAt, xOf, zoomed } from '../../../app/time/span';

const whole = { fromUs: 1_000_000, toUs: 11_000_000 };

describe('a span of time on a strip', () => {
  test('finds the pixel of a moment and the moment of a pixel', () => {
    expect(xOf(whole, 500, 6_000_000)).toBe(250);
    expect(timeAt(whole, 500, 250)).toBe(6_000_000);
    expect(timeAt(whole, 500, 0)).toBe(whole.fromUs);
  });

  test('zooms around a moment that stays where it is', () => {
    const close = zoomed(whole, whole, 3_500_000, 0.5);
    expect(close).toEqual({ fromUs: 2_250_000, toUs: 7_250_000 });
    expect(xOf(close, 400, 3_500_000)).toBe(xOf(whole, 400, 3_500_000));
  });

  test('does not zoom out beyond all that is stored, nor in beyond what the eye can use', () => {
    expect(zoomed({ fromUs: 2e6, toUs: 9e6 }, whole, 3e6, 10)).toEqual(whole);
    const closest = zoomed(whole, whole, 5e6, 1e-9);
    expect(closest.toUs - closest.fromUs).toBe(SHORTEST_SPAN_US);
  });

  test('pans to the edges and no further', () => {
    const span = { fromUs: 4e6, toUs: 6e6 };
    expect(panned(span, whole, 1e6)).toEqual({ fromUs: 5e6, toUs: 7e6 });
    expect(panned(span, whole, 1e9)).toEqual({ fromUs: 9e6, toUs: 11e6 });
    expect(panned(span, whole, -1e9)).toEqual({ fromUs: 1e6, toUs: 3e6 });
  });

  test('turns the page when the playhead leaves it', () => {
    const span = { fromUs: 4e6, toUs: 6e6 };
    expect(revealing(span, whole, 5e6)).toBe(span);
    expect(revealing(span, whole, 6.1e6)).toEqual({ fromUs: 5.9e6, toUs: 7.9e6 });
    expect(revealing(span, whole, 3.9e6)).toEqual({ fromUs: 2.1e6, toUs: 4.1e6 });
  });
});
