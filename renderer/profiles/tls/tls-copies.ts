import type { Profile } from '../../../app/profile';
import type { TlsFile } from '../../../app/profile-tls';
import { app } from '../../state/app.svelte';

/** The profile with its certificates and keys copied into the data folder, or none of them, as it says. */
export async function withCopies(profile: Profile): Promise<Profile> {
  const { authorities, certificate, key, keepsCopies } = profile.tls;
  const files = [...authorities, ...(certificate ? [certificate] : []), ...(key ? [key] : [])];
  if (files.length === 0) return profile;
  const kept = keepsCopies
    ? (await app.engine.calls.keepTlsFiles({ files })).files
    : files.map(({ path }) => ({ path, copy: null }));
  const at = (index: number): TlsFile | null => kept[index] ?? null;
  const tls = {
    ...profile.tls,
    authorities: kept.slice(0, authorities.length),
    certificate: certificate && at(authorities.length),
    key: key && at(authorities.length + (certificate ? 1 : 0)),
  };
  return { ...profile, tls };
}
