import { safeStorage } from 'electron';
import { join } from 'node:path';
import * as v from 'valibot';
import type { SecretStorage } from '../app/contract';
import { JsonFile } from './files/json-file';

const fileSchema = v.object({
  version: v.literal(1),
  /** Profile id and the encrypted password in base64. */
  passwords: v.array(v.tuple([v.string(), v.string()])),
});

/**
 * Passwords of profiles: encrypted by the system's keyring where there is one, else in memory until the program
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

  async set(profileId: string, password: string | null): Promise<void> {
    this.session.delete(profileId);
    const others = this.file.value.passwords.filter(([id]) => id !== profileId);
    if (password === null || this.storage === 'session-only') {
      if (password !== null) this.session.set(profileId, password);
      if (others.length !== this.file.value.passwords.length) this.put(others);
      return;
    }
    this.put([...others, [profileId, (await encrypt(password)).toString('base64')]]);
  }

  /** Undefined when there is none. Throws when the keyring refuses. */
  async get(profileId: string): Promise<string | undefined> {
    const inSession = this.session.get(profileId);
    if (inSession !== undefined) return inSession;
    const stored = this.stored(profileId);
    if (stored === undefined || this.storage === 'session-only') return undefined;
    return await decrypt(Buffer.from(stored, 'base64'));
  }

  has(profileId: string): boolean {
    return (
      this.session.has(profileId) ||
      (this.storage === 'keyring' && this.stored(profileId) !== undefined)
    );
  }

  async copy(fromProfileId: string, toProfileId: string): Promise<void> {
    const password = await this.get(fromProfileId);
    if (password !== undefined) await this.set(toProfileId, password);
  }

  flush(): void {
    this.file.flush();
  }

  private stored(profileId: string): string | undefined {
    return this.file.value.passwords.find(([id]) => id === profileId)?.[1];
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
