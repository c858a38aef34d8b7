import { describe, expect, test } from 'vitest';
import type { ReplaySettings } from '../../../app/contract-replay';
import { DEFAULT_RULES } from '../../../app/replay/rules';
import {
  isSetForSource,
  settingsForSource,
  withEarlier,
} from '../../../app/replay/source-settings';
import { everything } from '../../../app/selection';

const branch = { ...everything('lab'), filters: ['plant/#'] };
const used: ReplaySettings = {
  targetId: 'copy',
  speed: 'max',
  maxPauseMs: 5_000,
  loops: null,
  fromUs: 1_000,
  toUs: 2_000,
  rules: { ...DEFAULT_RULES, include: ['plant/line1/#'], qos: 1 },
};

describe('the settings of a new source', () => {
  test('keep what is not about its messages', () => {
    expect(settingsForSource(used, branch)).toEqual({
      targetId: 'copy',
      speed: 'max',
      maxPauseMs: 5_000,
      loops: 1,
      fromUs: null,
      toUs: null,
      rules: DEFAULT_RULES,
    });
  });

  test('send $SYS only where nothing else was asked for', () => {
    const skips = (...filters: string[]): boolean =>
      settingsForSource(used, { ...branch, filters }).rules.skipSystem;
    expect(skips('$SYS/#')).toBe(false);
    expect(skips('$SYS/#', 'plant/#')).toBe(true);
    expect(skips()).toBe(true);
  });

  test('know whether somebody set anything', () => {
    expect(isSetForSource(used, branch)).toBe(true);
    expect(isSetForSource(settingsForSource(used, branch), branch)).toBe(false);
    expect(isSetForSource({ ...settingsForSource(used, branch), loops: 2 }, branch)).toBe(true);
  });

  test('take over earlier rules, and marks only where the new source has messages', () => {
    const fresh = settingsForSource({ ...used, speed: 1 }, branch);
    const earlier = { title: 'Plant', settings: used };
    const taken = withEarlier(fresh, earlier, { firstUs: 1_500, lastUs: 9_000 });
    expect(taken).toEqual({ ...used, speed: 1, fromUs: null, toUs: 2_000 });
    const unknown = withEarlier(fresh, earlier, { firstUs: null, lastUs: null });
    expect(unknown).toMatchObject({ fromUs: null, toUs: null, rules: used.rules });
  });
});
