import type { ProfileChange } from '../../app/contract-doctor';

/** How a profile is made to trust a certificate, by the settings that it has for that. */
export interface CertificateWiring {
  /** The change that makes a profile trust the certificate with this fingerprint (SHA-256), and no other. */
  readonly trust: (fingerprint: string) => ProfileChange;
  /** The section of the connection dialog where authorities are added. */
  readonly section: 'tls';
}

/** Null as long as profiles have no settings for certificates: nothing is offered that could not be done. */
export const certificateWiring = null as CertificateWiring | null;
