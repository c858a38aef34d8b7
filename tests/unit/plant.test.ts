import { describe, expect, it } from 'vitest';
import { createPlant, seededRandom } from '../../main/engine/demo/plant';
import type { PlantMessage } from '../../main/engine/demo/plant';

const START_MS = Date.UTC(2026, 0, 1);
const decoder = new TextDecoder();

/** What the plant says in the given seconds, looked at every 50 ms. */
function run(seconds: number, seed = 1): PlantMessage[] {
  const plant = createPlant({ random: seededRandom(seed), startMs: START_MS });
  const heard: PlantMessage[] = [];
  for (let elapsedMs = 0; elapsedMs <= seconds * 1000; elapsedMs += 50) {
    heard.push(...plant.advance(START_MS + elapsedMs));
  }
  return heard;
}

describe('the simulated plant', () => {
  it('sends about 50 messages a second, spread over time', () => {
    expect(run(60).length / 60).toBeGreaterThan(40);
    expect(run(60).length / 60).toBeLessThan(60);
    const plant = createPlant({ random: seededRandom(1), startMs: START_MS });
    const perTick = Array.from(
      { length: 200 },
      (_, tick) => plant.advance(START_MS + tick * 50).length,
    );
    expect(Math.max(...perTick)).toBeLessThan(12);
  });

  it('repeats itself for the same seed, and only then', () => {
    expect(run(5, 3)).toEqual(run(5, 3));
    expect(run(5, 3)).not.toEqual(run(5, 4));
  });

  it('moves its values smoothly and keeps them plausible', () => {
    const celsius = run(600)
      .filter(({ topic }) => topic === 'plant/line3/oven/temperature')
      .map(({ payload }) => (JSON.parse(decoder.decode(payload)) as { value: number }).value);
    expect(celsius.length).toBeGreaterThan(590);
    for (const [index, value] of celsius.entries()) {
      expect(value).toBeGreaterThan(180);
      expect(value).toBeLessThan(260);
      expect(Math.abs(value - (celsius[index - 1] ?? value))).toBeLessThan(5);
    }
    expect(new Set(celsius).size).toBeGreaterThan(100);
  });

  it('announces itself with retained messages, some of them with Chinese names and an emoji', () => {
    const plant = createPlant({ random: seededRandom(1), startMs: START_MS });
    const announced = plant.announcements();
    expect(announced.every(({ retain }) => retain)).toBe(true);
    expect(announced.map(({ topic }) => topic)).toContain('building/仓库 🏭/name');
  });

  it('does not catch up after a pause', () => {
    const plant = createPlant({ random: seededRandom(1), startMs: START_MS });
    plant.advance(START_MS + 1_000);
    const afterHours = plant.advance(START_MS + 3 * 3_600_000);
    expect(afterHours.length).toBeLessThan(80);
    expect(plant.advance(START_MS + 3 * 3_600_000 + 50)).toHaveLength(0);
  });
});
