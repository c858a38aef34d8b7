import { randomUUID } from 'node:crypto';
import { LoupeError } from '../../app/errors';
import {
  defaultProfileFields,
  MAX_NAME_LENGTH,
  parseBrokerUrl,
  profileProblems,
  withoutCredentials,
  type Profile,
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
): UrlProfile {
  const parsed = parseBrokerUrl(url);
  if (!parsed) {
    throw new LoupeError(
      'invalid-argument',
      `“${withoutCredentials(url)}” is not a broker's URL. Write it as mqtt://host:1883, mqtts://host, ws://host/mqtt or wss://host/mqtt; in a username or password write / as %2F, ? as %3F and # as %23.`,
    );
  }
  const { fields, password } = parsed;
  const same = profiles.find((profile) =>
    Object.entries(fields).every(([key, value]) => profile[key as keyof Profile] === value),
  );
  if (same) return { profileId: same.id, password };
  const profile = {
    ...defaultProfileFields(),
    ...fields,
    id: randomUUID(),
    name: `${fields.host}:${String(fields.port)}`.slice(0, MAX_NAME_LENGTH),
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
