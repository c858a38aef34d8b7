import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Secrets } from '../../main/secrets';

vi.mock('electron', () => ({ safeStorage: {} }));

const PASSPHRASE = 'a long passphrase';
/** Each passphrase costs half a second by design, and more on a busy machine. */
const PATIENT_MS = 120_000;

test(
  'what was kept for the session goes into a vault that is made later; what is damaged in it is said, not sent as nothing',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'mqtt-loupe-secrets-'));
    onTestFinished(() => {
      rmSync(home, { recursive: true });
    });
    const warn = (message: string): void => {
      throw new Error(message);
    };
    const secrets = new Secrets(home, warn, false);
    await secrets.choose({ kind: 'session-only' });
    await secrets.set('lab', 'password', 'first');
    await secrets.set('plant', 'password', 'second');
    expect(secrets.storage).toBe('session-only');
    await secrets.choose({ kind: 'vault', passphrase: PASSPHRASE });
    expect(secrets.storage).toBe('vault');

    const file = join(home, 'vault.json');
    const stored = JSON.parse(readFileSync(file, 'utf8')) as {
      vault: { secrets: [string, string][] };
    };
    const [first] = stored.vault.secrets;
    first![1] = `AAAA${first![1].slice(4)}`;
    writeFileSync(file, JSON.stringify(stored));
    const later = new Secrets(home, warn, false);
    expect(await later.unlock(PASSPHRASE)).toBe(true);
    await expect(later.get('lab', 'password')).rejects.toMatchObject({
      code: 'secret-unavailable',
      message:
        'The password that is stored for this connection cannot be read: what the password vault has is damaged.',
    });
    expect(await later.get('plant', 'password')).toBe('second');
    expect(await later.get('nobody', 'password')).toBeUndefined();
  },
  PATIENT_MS,
);
