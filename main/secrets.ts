import { safeStorage } from 'electron';
import { join } from 'node:path';
import * as v from 'valibot';
import type { SecretStorage } from '../app/contract';
import type { SecretChoice } from '../app/contract-tls';
import { LoupeError, messageOf } from '../app/errors';
import { SECRET_NAMES, SECRET_WORDS, type SecretName } from '../app/secret';
import { JsonFile } from './files/json-file';
import { Vault } from './vault';

const fileSchema = v.object({
  version: v.literal(1),
  /** Key (see `keyOf`) and the encrypted secret in base64. */
  passwords: v.array(v.tuple([v.string(), v.string()])),
  /** Chosen where there is no keyring: nothing is kept on disk, and that is not asked again. */
  sessionOnly: v.optional(v.boolean(), false),
});

/** A password stands under its profile's id alone, another secret under `id:name`: no id has a colon. */
function keyOf(profileId: string, name: SecretName): string {
  return name === 'password' ? profileId : `${profileId}:${name}`;
}

/**
 * Secrets of profiles: encrypted by the system's keyring where there is one, else in a vault with a passphrase or in
 * memory until the program ends, as the person chooses. Never written in plain text, never given to a window.
 */
export class Secrets {
  private readonly file: JsonFile<v.InferOutput<typeof fileSchema>>;
  private readonly session = new Map<string, string>();
  private readonly vault: Vault;
  /** Who waits for the vault; told when it is open, or stays locked. */
  private waiting: (() => void)[] = [];
  private isLeftLocked = false;

  constructor(
    home: string,
    warn: (message: string) => void,
    private readonly keyring: boolean,
    /** How secrets are kept, or whether the vault is locked, changed. */
    private readonly onChange: () => void = () => undefined,
    /** Something waits for a secret in the locked vault. */
    private readonly onWanted: () => void = () => undefined,
  ) {
    this.vault = new Vault(home, warn);
    this.file = new JsonFile({
      file: join(home, 'secrets.json'),
      schema: fileSchema,
      initial: { version: 1, passwords: [], sessionOnly: false },
      warn,
    });
  }

  get storage(): SecretStorage {
    if (this.keyring) return 'keyring';
    if (this.vault.exists) return 'vault';
    return this.file.value.sessionOnly ? 'session-only' : 'undecided';
  }

  get isLocked(): boolean {
    return this.storage === 'vault' && this.vault.isLocked;
  }

  /** Where there is no keyring: how secrets are kept from now on. Those of this session go along. */
  async choose(choice: SecretChoice): Promise<void> {
    if (this.keyring) return;
    if (choice.kind === 'session-only') this.file.set({ ...this.file.value, sessionOnly: true });
    else {
      await this.vault.create(choice.passphrase);
      for (const [key, secret] of this.session) this.vault.set(key, secret);
      this.session.clear();
    }
    this.file.flush();
    this.goOn(false);
  }

  /** False when the passphrase is wrong. */
  async unlock(passphrase: string): Promise<boolean> {
    if (!(await this.vault.unlock(passphrase))) return false;
    for (const [key, secret] of this.session) this.vault.set(key, secret);
    this.session.clear();
    this.goOn(false);
    return true;
  }

  /** The person does not unlock the vault now: nothing waits for it until it is unlocked. */
  leaveLocked(): void {
    this.goOn(true);
  }

  /** False when the old passphrase is wrong. */
  async changePassphrase(from: string, to: string): Promise<boolean> {
    if (!(await this.vault.changePassphrase(from, to))) return false;
    this.goOn(false);
    return true;
  }

  forgetVault(): void {
    this.vault.forget();
    this.file.set({ ...this.file.value, sessionOnly: false });
    this.file.flush();
    this.goOn(false);
  }

  private goOn(isLeftLocked: boolean): void {
    this.isLeftLocked = isLeftLocked;
    const waiting = this.waiting;
    this.waiting = [];
    for (const tell of waiting) tell();
    this.onChange();
  }

  /** Resolves when the vault is open, or the person does not want to open it. */
  private async opened(): Promise<void> {
    if (!this.isLocked || this.isLeftLocked) return;
    this.onWanted();
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  async set(profileId: string, name: SecretName, secret: string | null): Promise<void> {
    const key = keyOf(profileId, name);
    this.session.delete(key);
    const others = this.file.value.passwords.filter(([one]) => one !== key);
    if (secret === null || !this.keyring) {
      if (secret === null || (this.vault.exists && !this.vault.isLocked))
        this.vault.set(key, secret);
      else this.session.set(key, secret);
      if (others.length !== this.file.value.passwords.length) this.put(others);
      return;
    }
    this.put([...others, [key, (await encrypt(secret)).toString('base64')]]);
  }

  /** Keeps a secret until the program ends, wherever the others are kept. */
  setForNow(profileId: string, name: SecretName, secret: string): void {
    this.session.set(keyOf(profileId, name), secret);
  }

  /**
   * Undefined when there is none. Throws `vault-locked` when the vault is left locked, and `secret-unavailable` when what
   * stands in it is damaged, or the keyring refuses.
   */
  async get(profileId: string, name: SecretName): Promise<string | undefined> {
    const key = keyOf(profileId, name);
    const inSession = this.session.get(key);
    if (inSession !== undefined) return inSession;
    const stored = this.stored(key);
    if (!this.keyring && this.vault.has(key)) {
      await this.opened();
      if (this.vault.isLocked) throw vaultLocked();
      const secret = this.vault.get(key);
      if (secret === undefined) throw unreadable(name, 'what the password vault has is damaged');
      return secret;
    }
    if (stored === undefined || !this.keyring) return undefined;
    try {
      return await decrypt(Buffer.from(stored, 'base64'));
    } catch (error) {
      throw unreadable(name, `the system’s keyring does not decrypt it (${messageOf(error)})`);
    }
  }

  has(profileId: string, name: SecretName): boolean {
    const key = keyOf(profileId, name);
    if (this.session.has(key)) return true;
    return this.keyring ? this.stored(key) !== undefined : this.vault.has(key);
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
    for (const key of keys) {
      this.session.delete(key);
      if (this.vault.has(key)) this.vault.set(key, null);
    }
    const others = this.file.value.passwords.filter(([key]) => !keys.has(key));
    if (others.length !== this.file.value.passwords.length) this.put(others);
  }

  flush(): void {
    this.file.flush();
    this.vault.flush();
  }

  private stored(key: string): string | undefined {
    return this.file.value.passwords.find(([one]) => one === key)?.[1];
  }

  private put(passwords: [string, string][]): void {
    this.file.set({ ...this.file.value, passwords });
    this.file.flush();
  }
}

function vaultLocked(): LoupeError {
  return new LoupeError(
    'vault-locked',
    'The password vault is locked, and what is needed is in it. Unlock the vault and try again.',
  );
}

/** It is not sent without: a broker would say that the login is wrong. */
function unreadable(name: SecretName, why: string): LoupeError {
  const what = SECRET_WORDS[name];
  return new LoupeError(
    'secret-unavailable',
    `The ${what} that is stored for this connection cannot be read: ${why}.`,
  );
}

/** Whether the system's keyring can keep secrets. Call it once the app is ready. */
export async function hasKeyring(): Promise<boolean> {
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') {
    return false;
  }
  return hasAsyncCalls()
    ? await safeStorage.isAsyncEncryptionAvailable()
    : safeStorage.isEncryptionAvailable();
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
