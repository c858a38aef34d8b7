import type { DoctorFix, DoctorSection, ProfileChange } from '../../app/contract-doctor';
import type { Profile } from '../../app/profile';
import { trustOnly } from './certificate-wiring';
import { hasSection } from './doctor-dialogs.svelte';

/** What a click does. */
export type FixAct =
  | { readonly kind: 'change'; readonly change: ProfileChange }
  | { readonly kind: 'open-settings'; readonly section: DoctorSection }
  | { readonly kind: 'use-client-id' }
  | { readonly kind: 'add-authority' }
  | { readonly kind: 'unlock-vault' };

/** What a fix does here; null when the settings that it needs do not exist. */
export function actOf(fix: DoctorFix, profile: Profile): FixAct | null {
  switch (fix.kind) {
    case 'change':
      return { kind: 'change', change: fix.change };
    case 'use-client-id':
      return { kind: 'use-client-id' };
    case 'open-settings':
      return hasSection(fix.section) ? { kind: 'open-settings', section: fix.section } : null;
    case 'trust-certificate':
      return { kind: 'change', change: trustOnly(profile, fix.fingerprint) };
    case 'add-authority':
    case 'unlock-vault':
      return { kind: fix.kind };
  }
}

export function confirmationOf(fix: DoctorFix): string | null {
  return 'confirm' in fix ? fix.confirm : null;
}
