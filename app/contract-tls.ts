import type { CertificateFacts } from './certificate';
import type { TlsFile, TlsSettings } from './profile-tls';

/** What a file of the TLS settings was found to be. */
export interface TlsFileCheck {
  /** Why it cannot be used, in words; null when it can. */
  readonly problem: string | null;
  /** What a person should know all the same: expired, soon expired, no authority's; null for nothing. */
  readonly warning: string | null;
  /** The first certificates in it. */
  readonly certificates: readonly CertificateFacts[];
  /** All that are in it. */
  readonly count: number;
}

export interface TlsFilesCheck {
  /** In the order of the settings. */
  readonly authorities: readonly TlsFileCheck[];
  readonly certificate: TlsFileCheck | null;
  readonly key: TlsFileCheck | null;
}

/** What the file of a last will's payload was found to be. */
export interface WillFileCheck {
  /** Why it cannot be used, in words; null when it can. */
  readonly problem: string | null;
  /** Null when it cannot be used. */
  readonly sizeBytes: number | null;
}

/** The files that a profile names: certificates, keys, the payload of a last will. */
export interface TlsCalls {
  /** Reads the files of TLS settings and says what is wrong with each. Nothing of a key comes back. */
  checkTlsFiles(arg: {
    readonly profileId: string;
    readonly tls: Pick<TlsSettings, 'authorities' | 'certificate' | 'key'>;
    /** The passphrase as it was typed; null for the one that is stored. */
    readonly passphrase: string | null;
  }): TlsFilesCheck;
  /** Looks at the file whose content is to be the payload of a last will. */
  checkWillFile(arg: { readonly path: string }): WillFileCheck;
  /** Copies files into the data folder, for their owner only. @throws LoupeError `file-unreadable` */
  keepTlsFiles(arg: { readonly files: readonly TlsFile[] }): { readonly files: readonly TlsFile[] };
  /** Where the keys of a profile's connections are written to when that is set. */
  keyLogPlace(arg: { readonly profileId: string }): { readonly path: string };
}

/** What may be chosen in a dialog of the system. */
export type TlsFileKind = 'authority' | 'authority-folder' | 'certificate' | 'key';
export type ProfileFileKind = TlsFileKind | 'will-payload';

/** How secrets are kept from now on. */
export type SecretChoice =
  | { readonly kind: 'session-only' }
  /** In a file that this passphrase encrypts. */
  | { readonly kind: 'vault'; readonly passphrase: string };

export interface SecretsShellCalls {
  /** Asks for a file that a profile names; null when the person cancelled. */
  chooseProfileFile(arg: { readonly kind: ProfileFileKind }): string | null;
  /** Where there is no keyring: chooses once how secrets are kept. What was kept until now goes along. */
  chooseSecretStorage(arg: { readonly choice: SecretChoice }): void;
  /** False when the passphrase is wrong. */
  unlockVault(arg: { readonly passphrase: string }): boolean;
  /** The person does not unlock it now: who waits for a secret goes on without. */
  leaveVaultLocked(): void;
  /** False when the old passphrase is wrong. */
  changeVaultPassphrase(arg: { readonly from: string; readonly to: string }): boolean;
  /** Deletes the vault and all that is in it; how secrets are kept is asked anew. */
  forgetVault(): void;
}
