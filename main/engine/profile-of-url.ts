import { randomUUID } from 'node:crypto';
import { LoupeError } from '../../app/errors';
import { DEFAULT_ORGANISATION } from '../../app/organisation';
import {
  defaultProfileFields,
  MAX_NAME_LENGTH,
  parseBrokerUrl,
  profileProblems,
  withoutCredentials,
  type ParsedBrokerUrl,
  type Profile,
  type Protocol,
} from '../../app/profile';
import type { ProfileStore } from './profile-store';

/** A password in the URL is handed back, never kept here. */
export interface UrlProfile {
  readonly profileId: string;
  readonly password: string | null;
}

/**
 * The profile that a URL means, made when there is none, without connecting.
 * @throws LoupeError `invalid-argument` when it is no URL of a broker, or its parts cannot be used
 */
export function profileOfUrl(
  url: string,
  profiles: Pick<ProfileStore, 'find'>,
  save: (profile: Profile) => void,
  once = false,
): UrlProfile {
  const { fields, password } = parsedUrl(url);
  const same = profiles.find((profile) => isMeant(profile, fields));
  if (same) return { profileId: same.id, password };
  const profile = {
    ...defaultProfileFields(),
    ...fields,
    id: randomUUID(),
    name: `${fields.host}:${String(fields.port)}`.slice(0, MAX_NAME_LENGTH),
    organisation: { ...DEFAULT_ORGANISATION, once },
  };
  // What came from a command line was not checked by a form, and a file with one bad profile can't be read again.
  const [problem] = profileProblems(profile).values();
  if (problem !== undefined) {
    throw new LoupeError(
      'invalid-argument',
      `“${withoutCredentials(url)}” cannot be used: ${problem}`,
    );
  }
  save(profile);
  return { profileId: profile.id, password };
}

/**
 * The parts of a broker's URL.
 * @throws LoupeError `invalid-argument`
 */
export function parsedUrl(url: string): ParsedBrokerUrl {
  const parsed = parseBrokerUrl(url);
  if (!parsed) {
    throw new LoupeError(
      'invalid-argument',
      `“${withoutCredentials(url)}” is not a broker's URL. Write it as mqtt://host:1883, mqtts://host, ws://host/mqtt or wss://host/mqtt; in a username or password write / as %2F, ? as %3F and # as %23.`,
    );
  }
  return parsed;
}

/** Whether a saved profile is what a URL means: all that it names is the same. */
export function isMeant(profile: Profile, fields: ParsedBrokerUrl['fields']): boolean {
  return Object.entries(fields).every(([key, value]) => profile[key as keyof Profile] === value);
}

/** What a URL would open, without its password. */
export interface UrlLook {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly hasPassword: boolean;
  /** The saved connection that it means; null for none. */
  readonly saved: { readonly profileId: string; readonly name: string } | null;
}

/** @throws LoupeError `invalid-argument` */
export function lookAtUrl(url: string, profiles: Pick<ProfileStore, 'find'>): UrlLook {
  const { fields, password } = parsedUrl(url);
  const same = profiles.find((profile) => isMeant(profile, fields));
  return {
    ...{ protocol: fields.protocol, host: fields.host, port: fields.port },
    username: fields.username ?? '',
    hasPassword: password !== null,
    saved: same ? { profileId: same.id, name: same.name } : null,
  };
}
