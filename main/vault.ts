import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { JsonFile } from './files/json-file';

/** 2^17: about 130 MB and half a second, as OWASP advises for scrypt; a file can't ask for more memory than that. */
const COST = 131_072;
const BLOCK_SIZE = 8;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const MOST_MEMORY_BYTES = 256 * 1024 * 1024;
/** What is encrypted to know the passphrase again. */
const CHECK = 'mqtt-loupe vault';

const base64 = v.pipe(v.string(), v.maxLength(1_000_000), v.regex(/^[A-Za-z0-9+/]*={0,2}$/u));

const vaultSchema = v.object({
  version: v.literal(1),
  /** Null: there is no vault. */
  vault: v.nullable(
    v.object({
      cost: v.pipe(v.number(), v.integer(), v.minValue(16_384), v.maxValue(COST)),
      salt: base64,
      check: base64,
      /** Key (profile, name) and the encrypted secret. */
      secrets: v.array(v.tuple([v.string(), base64])),
    }),
  ),
});

type VaultFile = v.InferOutput<typeof vaultSchema>;

/**
 * Secrets in a file that a passphrase encrypts (scrypt, RFC 7914; AES-256-GCM), for systems without a keyring. Each
 * is bound to its name, so that two can't be exchanged. Unlocked once per start; from then on the key is in memory.
 */
export class Vault {
  readonly #file: JsonFile<VaultFile>;
  #key: Buffer | null = null;

  constructor(home: string, warn: (message: string) => void) {
    this.#file = new JsonFile<VaultFile>({
      file: join(home, 'vault.json'),
      schema: vaultSchema,
      initial: { version: 1, vault: null },
      whenUnreadable:
        'Its passwords are nowhere else: end the program and put a good copy in its place, or enter them again.',
      warn,
    });
  }

  get exists(): boolean {
    return this.#file.value.vault !== null;
  }

  get isLocked(): boolean {
    return this.exists && this.#key === null;
  }

  /** Makes a new, empty one in the place of whatever there was. */
  async create(passphrase: string): Promise<void> {
    await this.#renew(passphrase, []);
  }

  /** False when the passphrase is wrong. */
  async unlock(passphrase: string): Promise<boolean> {
    const key = await this.#keyOf(passphrase);
    if (key === null) return false;
    this.#key = key;
    return true;
  }

  /** Encrypts everything anew. False when the old passphrase is wrong. */
  async changePassphrase(from: string, to: string): Promise<boolean> {
    const vault = this.#file.value.vault;
    const key = await this.#keyOf(from);
    if (vault === null || key === null) return false;
    const secrets = vault.secrets.map(
      ([name, sealed]) => [name, unseal(key, name, sealed)] as const,
    );
    await this.#renew(to, secrets);
    return true;
  }

  /** Everything at once: what is broken off in between leaves the old one. */
  async #renew(
    passphrase: string,
    secrets: readonly (readonly [name: string, secret: string | null])[],
  ): Promise<void> {
    const salt = randomBytes(16);
    const key = await derive(passphrase, salt, COST);
    const sealed = secrets.flatMap(([name, secret]): [string, string][] =>
      secret === null ? [] : [[name, seal(key, name, secret)]],
    );
    const check = seal(key, 'check', CHECK);
    this.#key = key;
    this.#put({ cost: COST, salt: salt.toString('base64'), check, secrets: sealed });
  }

  forget(): void {
    this.#key = null;
    this.#file.set({ version: 1, vault: null });
    this.#file.flush();
  }

  has(name: string): boolean {
    return this.#file.value.vault?.secrets.some(([one]) => one === name) ?? false;
  }

  /** Undefined when there is none, or it is locked, or what stands there was not written by this vault. */
  get(name: string): string | undefined {
    const sealed = this.#file.value.vault?.secrets.find(([one]) => one === name)?.[1];
    if (sealed === undefined || this.#key === null) return undefined;
    return unseal(this.#key, name, sealed) ?? undefined;
  }

  /** Stores, or with null removes. Only removing works while it is locked. */
  set(name: string, secret: string | null): void {
    const vault = this.#file.value.vault;
    if (vault === null) return;
    const others = vault.secrets.filter(([one]) => one !== name);
    if (secret !== null && this.#key !== null) others.push([name, seal(this.#key, name, secret)]);
    this.#put({ ...vault, secrets: others });
  }

  flush(): void {
    this.#file.flush();
  }

  async #keyOf(passphrase: string): Promise<Buffer | null> {
    const vault = this.#file.value.vault;
    if (vault === null) return null;
    const key = await derive(passphrase, Buffer.from(vault.salt, 'base64'), vault.cost);
    return unseal(key, 'check', vault.check) === CHECK ? key : null;
  }

  #put(vault: VaultFile['vault']): void {
    this.#file.set({ version: 1, vault });
    this.#file.flush();
  }
}

const deriveKey = promisify(
  (
    passphrase: string,
    salt: Buffer,
    cost: number,
    done: (error: Error | null, key: Buffer) => void,
  ) => {
    const options = { N: cost, r: BLOCK_SIZE, p: 1, maxmem: MOST_MEMORY_BYTES };
    scrypt(passphrase.normalize('NFKC'), salt, KEY_BYTES, options, done);
  },
);

async function derive(passphrase: string, salt: Buffer, cost: number): Promise<Buffer> {
  return await deriveKey(passphrase, salt, cost);
}

/** IV, tag and ciphertext in base64; `name` is authenticated along. */
function seal(key: Buffer, name: string, text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Null when it was not sealed with this key under this name. */
function unseal(key: Buffer, name: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  const options = { authTagLength: TAG_BYTES };
  const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), options);
  cipher.setAAD(Buffer.from(name));
  cipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const rest = bytes.subarray(IV_BYTES + TAG_BYTES);
    return Buffer.concat([cipher.update(rest), cipher.final()]).toString('utf8');
  } catch {
    // The tag does not fit: another key, another name, or a damaged file.
    return null;
  }
}
