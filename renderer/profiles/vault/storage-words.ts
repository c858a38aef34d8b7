import { app } from '../../state/app.svelte';
import { shortcutText } from '../../ui/shortcut';

/** How a secret is kept, in words below its field. */
export function storageWords(noun: string, isStored: boolean): string {
  switch (app.secretStorage) {
    case 'session-only':
      return `No keyring was found on this system: the ${noun} is kept in memory until the program ends. To have it kept, press ${shortcutText('Mod+K')} and make a password vault.`;
    case 'undecided':
      return `No keyring was found on this system: you will be asked how the ${noun} is to be kept.`;
    case 'vault':
      if (app.vaultLocked)
        return 'The vault is locked: unlock it first, or what you type is kept in memory only.';
      return isStored
        ? `A ${noun} is stored in the vault. Type to replace it.`
        : 'Stored in the vault, encrypted with your passphrase.';
    case 'keyring':
      return isStored
        ? `A ${noun} is stored, encrypted by the system’s keyring. Type to replace it.`
        : 'Stored encrypted by the system’s keyring.';
  }
}
