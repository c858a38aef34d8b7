import { Buffer } from 'node:buffer';
import type { Authentication, TokenAuthentication } from '../../../app/authentication';
import type { MqttVersion, Profile } from '../../../app/profile';
import type { AskSecret } from '../../../app/secret';
import { SCRAM_SHA_256, ScramClient } from '../mqtt/scram';
import type { TokenSource } from './token-source';

/** What a CONNECT says of who we are, and how a challenge is answered. */
export interface Credentials {
  /** Empty: none. */
  readonly username: string;
  /** Undefined or empty: none. */
  readonly password: string | undefined;
  /** Enhanced authentication (MQTT 5.0 §4.12); null without it. */
  readonly enhanced: EnhancedAuthentication | null;
  /** When the token ends, wall clock in ms; null when it does not, or nobody knows. */
  readonly expiresAtMs: number | null;
}

export interface EnhancedAuthentication {
  readonly method: string;
  /** Authentication data of the CONNECT. */
  readonly first: Buffer;
  /** Answers the authentication data of the server's AUTH. Rejects with words when there is no answer. */
  readonly answer: (challenge: Uint8Array) => Promise<Buffer>;
  /** Checks the authentication data that came with the success. Throws words. */
  readonly verify: (final: Uint8Array | undefined) => void;
}

export interface SignInOptions {
  readonly profile: Pick<Profile, 'authentication' | 'username'> & {
    readonly version: MqttVersion;
  };
  readonly secret: AskSecret;
  readonly tokens: TokenSource;
}

/** Gets together what the profile's way to sign in needs. Rejects with words for the person. */
export async function credentialsFor(
  { profile, secret, tokens }: SignInOptions,
  signal: AbortSignal,
): Promise<Credentials> {
  const { authentication, username, version } = profile;
  if (authentication.kind === 'password') return plain(username, await secret('password'));
  if (needsEnhanced(authentication) && version !== '5')
    throw new Error(`this way to sign in needs MQTT 5, and the connection uses MQTT ${version}`);
  if (authentication.kind === 'scram-sha-256') {
    const scram = new ScramClient(username, (await secret('password')) ?? '');
    const enhanced = {
      method: SCRAM_SHA_256,
      first: scram.first(),
      answer: (challenge: Uint8Array) => scram.answer(challenge),
      verify: (final: Uint8Array | undefined) => {
        scram.verify(final);
      },
    };
    return { ...plain(username, undefined), enhanced };
  }
  return withToken(authentication, username, await tokens.token(authentication, signal));
}

function needsEnhanced(authentication: Authentication): boolean {
  return (
    authentication.kind === 'scram-sha-256' ||
    (authentication.kind !== 'password' && authentication.method !== '')
  );
}

function plain(username: string, password: string | undefined): Credentials {
  return { username, password, enhanced: null, expiresAtMs: null };
}

function withToken(
  { method }: TokenAuthentication,
  username: string,
  { text, expiresAtMs }: { readonly text: string; readonly expiresAtMs: number | null },
): Credentials {
  if (method === '') return { ...plain(username, text), expiresAtMs };
  const enhanced: EnhancedAuthentication = {
    method,
    first: Buffer.from(text),
    answer: () => Promise.reject(new Error('the server wants more than the token')),
    verify: () => undefined,
  };
  return { ...plain(username, undefined), enhanced, expiresAtMs };
}
