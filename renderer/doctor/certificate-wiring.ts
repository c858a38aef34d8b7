import type { ProfileChange } from '../../app/contract-doctor';
import type { Profile } from '../../app/profile';

/** The change that makes a profile trust the certificate with this fingerprint (SHA-256), and no other. */
export function trustOnly(profile: Profile, fingerprint: string): ProfileChange {
  return { tls: { ...profile.tls, trust: 'fingerprint', fingerprint } };
}

/** The change that makes a profile trust what is signed by the authorities in a file, besides those that it trusts already. */
export function trustAuthority({ tls }: Profile, path: string): ProfileChange {
  const authorities = [...tls.authorities, { path, copy: null }];
  return { tls: { ...tls, trust: 'authorities', authorities } };
}
