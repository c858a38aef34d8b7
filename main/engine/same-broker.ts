import type { Profile } from '../../app/profile';

/** Whether two profiles lead to the same broker, as far as it can be told: two names for one computer cannot. */
export function isSameBroker(one: Profile, other: Profile): boolean {
  return one.host.toLowerCase() === other.host.toLowerCase() && one.port === other.port;
}
