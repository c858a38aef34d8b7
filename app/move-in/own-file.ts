/** The file that connections are exported to: docs/profiles-format.md. */
import * as v from 'valibot';
import { LoupeError } from '../errors';
import { profileSchema, type Profile } from '../profile';
import { SECRET_NAMES, type SecretName } from '../secret';
import { Entry } from './entry';

export const OWN_FORMAT = 'mqtt-loupe-connections';
export const OWN_VERSION = 1;

/** What is written, in plain text or under a passphrase. */
export interface OwnContent {
  readonly profiles: readonly Profile[];
  /** The profile's id, the secret's name, the secret. Empty in plain text. */
  readonly secrets: ReadonlyArray<readonly [profileId: string, name: SecretName, value: string]>;
}

const base64 = (maximum: number): v.GenericSchema<string> =>
  v.pipe(v.string(), v.maxLength(maximum), v.regex(/^[A-Za-z0-9+/]+={0,2}$/u));

/** How the passphrase becomes a key (RFC 7914), and what it opens (NIST SP 800-38D). */
const lockSchema = v.object({
  kdf: v.literal('scrypt'),
  /** Limits, so that a file cannot ask for all memory: at most 1 GB. */
  cost: v.picklist([32_768, 65_536, 131_072, 262_144, 524_288, 1_048_576]),
  blockSize: v.literal(8),
  parallelization: v.literal(1),
  salt: base64(64),
  cipher: v.literal('aes-256-gcm'),
  iv: base64(32),
  tag: base64(32),
});
export type Lock = v.InferOutput<typeof lockSchema>;

const headSchema = v.object({
  format: v.literal(OWN_FORMAT),
  version: v.literal(OWN_VERSION),
  lock: v.optional(v.nullable(lockSchema), null),
  /** Base64 under a lock. */
  data: v.unknown(),
});

const MOST_PROFILES = 5_000;

const contentSchema = v.object({
  profiles: v.pipe(v.array(v.unknown()), v.maxLength(MOST_PROFILES)),
  secrets: v.pipe(
    v.array(
      v.tuple([v.string(), v.picklist(SECRET_NAMES), v.pipe(v.string(), v.maxLength(65_535))]),
    ),
    v.maxLength(MOST_PROFILES * SECRET_NAMES.length),
  ),
});

export type OwnFile =
  | { readonly kind: 'plain'; readonly data: unknown }
  | { readonly kind: 'locked'; readonly lock: Lock; readonly data: string };

export function isOwnFile(json: unknown): boolean {
  return new Entry(json).text('format') === OWN_FORMAT;
}

/** @throws LoupeError `file-unreadable` */
export function parseOwnFile(json: unknown): OwnFile {
  const version = new Entry(json).number('version');
  // Before anything else: what a newer version writes may look different.
  if (version !== null && version > OWN_VERSION) {
    throw new LoupeError(
      'file-unreadable',
      'The connections could not be read: a newer version of MQTT Loupe wrote this file. Update MQTT Loupe, or export it again from a version like this one.',
    );
  }
  const head = v.safeParse(headSchema, json);
  if (!head.success) throw damaged();
  const { lock, data } = head.output;
  if (lock === null) return { kind: 'plain', data };
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/u.test(data)) throw damaged();
  return { kind: 'locked', lock, data };
}

/** @returns the connections, and in words those that cannot be used. @throws LoupeError `file-unreadable` */
export function parseOwnContent(json: unknown): OwnContent & {
  readonly problems: readonly string[];
} {
  const content = v.safeParse(contentSchema, json);
  if (!content.success) throw damaged();
  const profiles: Profile[] = [];
  const problems: string[] = [];
  for (const [index, value] of content.output.profiles.entries()) {
    const profile = v.safeParse(profileSchema, value);
    if (profile.success) profiles.push(profile.output);
    else problems.push(`Connection ${String(index + 1)}: ${profile.issues[0].message}`);
  }
  return { profiles, secrets: content.output.secrets, problems };
}

function damaged(): LoupeError {
  return new LoupeError(
    'file-unreadable',
    'The connections could not be read: the file of MQTT Loupe is damaged or was changed. Export it again.',
  );
}
