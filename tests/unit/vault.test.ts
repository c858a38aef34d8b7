import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Vault } from '../../main/vault';

const SECRET = 'canary-vault-ü';
/** Each passphrase costs half a second by design, and more on a busy machine. */
const PATIENT_MS = 120_000;

interface Stored {
  vault: { secrets: [string, string][] };
}

function folder(): { readonly home: string; readonly file: string } {
  const home = mkdtempSync(join(tmpdir(), 'mqtt-loupe-vault-'));
  onTestFinished(() => {
    rmSync(home, { recursive: true });
  });
  return { home, file: join(home, 'vault.json') };
}

function open(home: string): Vault {
  return new Vault(home, (message) => {
    throw new Error(message);
  });
}

test(
  'a vault gives its secrets to the right passphrase only, and each under its own name',
  async () => {
    const { home, file } = folder();
    const made = open(home);
    expect(made.exists).toBe(false);
    await made.create('passphrase');
    made.set('a', SECRET);
    made.set('b', 'other');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('canary');

    const later = open(home);
    expect(later.isLocked).toBe(true);
    expect(later.has('a')).toBe(true);
    expect(later.get('a')).toBeUndefined();
    expect(await later.unlock('Passphrase')).toBe(false);
    expect(later.isLocked).toBe(true);
    expect(await later.unlock('passphrase')).toBe(true);
    expect(later.get('a')).toBe(SECRET);

    // Whoever can write the file can't give one secret the name of another, nor change it unseen.
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Stored;
    const [first, second] = stored.vault.secrets;
    stored.vault.secrets = [
      [first![0], second![1]],
      [second![0], `AAAA${second![1].slice(4)}`],
    ];
    writeFileSync(file, JSON.stringify(stored));
    const forged = open(home);
    expect(await forged.unlock('passphrase')).toBe(true);
    expect(forged.get('a')).toBeUndefined();
    expect(forged.get('b')).toBeUndefined();
  },
  PATIENT_MS,
);

test(
  'its passphrase is changed, and it is forgotten',
  async () => {
    const { home, file } = folder();
    const vault = open(home);
    await vault.create('old one');
    vault.set('a', SECRET);
    expect(await vault.changePassphrase('wrong', 'new one')).toBe(false);
    expect(await vault.changePassphrase('old one', 'new one')).toBe(true);
    const later = open(home);
    expect(await later.unlock('old one')).toBe(false);
    expect(await later.unlock('new one')).toBe(true);
    expect(later.get('a')).toBe(SECRET);
    later.forget();
    expect(later.exists).toBe(false);
    expect(readFileSync(file, 'utf8')).toContain('"vault": null');
  },
  PATIENT_MS,
);
