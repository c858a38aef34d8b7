import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { RawFailure } from '../../../app/raw-failure';
import type { MqttVersion } from '../../../app/profile';
import { MemoryFile } from '../../../main/engine/memory-file';
import { VersionChoice } from '../../../main/engine/mqtt/version-choice';

const SILENT: RawFailure = { kind: 'timeout', waitingFor: 'connack', afterMs: 10_000 };
const HUNG_UP: RawFailure = { kind: 'closed', during: 'connack' };

function choice(known: MqttVersion | null = null): {
  readonly versions: VersionChoice;
  readonly found: MqttVersion[];
} {
  const found: MqttVersion[] = [];
  const versions = new VersionChoice({
    knownVersion: () => known,
    onVersion: (version) => found.push(version),
  });
  versions.begin({ version: 'automatic' });
  return { versions, found };
}

describe('the automatic version', () => {
  test('a broker that is silent on 5 is tried with 3.1.1, and no further', () => {
    const { versions, found } = choice();
    expect(versions.refused(SILENT)).toBe(true);
    expect(versions.current).toBe('3.1.1');
    expect(versions.refused(SILENT)).toBe(false);
    expect(versions.told(SILENT)).toEqual(SILENT);
    expect(found).toEqual([]);
  });

  test('one that is known and hangs is not asked in other versions', () => {
    expect(choice('5').versions.refused(SILENT)).toBe(false);
    expect(choice('3.1.1').versions.refused(SILENT)).toBe(false);
  });

  test('the last one that is left is remembered like the others', () => {
    const { versions, found } = choice();
    versions.refused(HUNG_UP);
    versions.refused(HUNG_UP);
    versions.accepted();
    expect(found).toEqual(['3.1']);
  });

  test('what was known is not found anew, so that it grows old', () => {
    const { versions, found } = choice('3.1.1');
    versions.accepted();
    expect(found).toEqual([]);
  });
});

describe('what a broker speaks', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is looked at again after a week: it may have been upgraded', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const home = mkdtempSync(join(tmpdir(), 'mqtt-loupe-memory-'));
    onTestFinished(() => {
      rmSync(home, { recursive: true });
    });
    const memory = new MemoryFile(home, () => undefined);
    memory.setMqttVersion('lab', { address: 'broker:1883', version: '3.1.1' });
    memory.flush();
    const later = new MemoryFile(home, () => undefined);
    expect(later.mqttVersion('lab', 'broker:1883')).toBe('3.1.1');
    expect(later.mqttVersion('lab', 'other:1883')).toBeNull();
    vi.setSystemTime(Date.now() + 6 * 24 * 3_600_000);
    expect(later.mqttVersion('lab', 'broker:1883')).toBe('3.1.1');
    vi.setSystemTime(Date.now() + 2 * 24 * 3_600_000);
    expect(later.mqttVersion('lab', 'broker:1883')).toBeNull();
  });
});
