import { safeStorage } from 'electron';
import { join } from 'node:path';
import * as v from 'valibot';
import type { SecretStorage } from '../app/contract';
import { SECRET_NAMES, type SecretName } from '../app/secret';
import { JsonFile } from './files/json-file';

const fileSchema = v.object({
  version: v.literal(1),
  /** Key (see `keyOf`) and the encrypted secret in base64. */
  passwords: v.array(v.tuple([v.string(), v.string()])),
});

/** A password stands under its profile's id alone, another secret under `id:name`: no id has a colon. */
function keyOf(profileId: string, name: SecretName): string {
  return name === 'password' ? profileId : `${profileId}:${name}`;
}

/**
 * Secrets of profiles: encrypted by the system's keyring where there is one, else in memory until the program
 * ends. Never written in plain text, never given to a window.
 */
export class Secrets {
  private readonly file: JsonFile<v.InferOutput<typeof fileSchema>>;
  private readonly session = new Map<string, string>();

  constructor(
    home: string,
    warn: (message: string) => void,
    readonly storage: SecretStorage,
  ) {
    this.file = new JsonFile({
      file: join(home, 'secrets.json'),
      schema: fileSchema,
      initial: { version: 1, passwords: [] },
      warn,
    });
  }

  async set(profileId: string, name: SecretName, secret: string | null): Promise<void> {
    const key = keyOf(profileId, name);
    this.session.delete(key);
    const others = this.file.value.passwords.filter(([one]) => one !== key);
    if (secret === null || this.storage === 'session-only') {
      if (secret !== null) this.session.set(key, secret);
      if (others.length !== this.file.value.passwords.length) this.put(others);
      return;
    }
    this.put([...others, [key, (await encrypt(secret)).toString('base64')]]);
  }

  /** Undefined when there is none. Throws when the keyring refuses. */
  async get(profileId: string, name: SecretName): Promise<string | undefined> {
    const key = keyOf(profileId, name);
    const inSession = this.session.get(key);
    if (inSession !== undefined) return inSession;
    const stored = this.stored(key);
    if (stored === undefined || this.storage === 'session-only') return undefined;
    return await decrypt(Buffer.from(stored, 'base64'));
  }

  has(profileId: string, name: SecretName): boolean {
    const key = keyOf(profileId, name);
    return this.session.has(key) || (this.storage === 'keyring' && this.stored(key) !== undefined);
  }

  async copy(fromProfileId: string, toProfileId: string): Promise<void> {
    for (const name of SECRET_NAMES) {
      const secret = await this.get(fromProfileId, name);
      if (secret !== undefined) await this.set(toProfileId, name, secret);
    }
  }

  /** Removes all secrets of a profile that is gone. */
  forget(profileId: string): void {
    const keys = new Set(SECRET_NAMES.map((name) => keyOf(profileId, name)));
    for (const key of keys) this.session.delete(key);
    const others = this.file.value.passwords.filter(([key]) => !keys.has(key));
    if (others.length !== this.file.value.passwords.length) this.put(others);
  }

  flush(): void {
    this.file.flush();
  }

  private stored(key: string): string | undefined {
    return this.file.value.passwords.find(([one]) => one === key)?.[1];
  }

  private put(passwords: [string, string][]): void {
    this.file.set({ version: 1, passwords });
    this.file.flush();
  }
}

/** Where passwords can be kept on this system. Call it once the app is ready. */
export async function secretStorage(): Promise<SecretStorage> {
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') {
    return 'session-only';
  }
  const available = hasAsyncCalls()
    ? await safeStorage.isAsyncEncryptionAvailable()
    : safeStorage.isEncryptionAvailable();
  return available ? 'keyring' : 'session-only';
}

// Older runtimes have only the synchronous calls, newer ones deprecate them.
function hasAsyncCalls(): boolean {
  return typeof (safeStorage as Partial<typeof safeStorage>).encryptStringAsync === 'function';
}

async function encrypt(text: string): Promise<Buffer> {
  return hasAsyncCalls()
    ? await safeStorage.encryptStringAsync(text)
    : safeStorage.encryptString(text);
}

async function decrypt(bytes: Buffer): Promise<string> {
  return hasAsyncCalls()
    ? (await safeStorage.decryptStringAsync(bytes)).result
    : safeStorage.decryptString(bytes);
}
