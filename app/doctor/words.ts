import type { DoctorFix, DoctorSection, DoctorVerdict, ProfileChange } from '../contract-doctor';
import { brokerSaid } from '../outside-words';
import type { Finding } from './finding';

/** What a finding means for a person. */
export type Words = Omit<DoctorVerdict, 'tone' | 'technical'>;
export type FindingOf<Kind extends Finding['kind']> = Extract<Finding, { kind: Kind }>;

export function openSettings(label: string, section: DoctorSection): DoctorFix {
  return { kind: 'open-settings', label, section };
}

export const openTls = (label: string): DoctorFix => openSettings(label, 'tls');

/** A change by click. `confirm`: what a person has to agree to first. */
export function changeFix(
  label: string,
  change: ProfileChange,
  confirm: string | null = null,
): DoctorFix {
  return { kind: 'change', label, change, confirm };
}

export const EDIT_SIGN_IN = openSettings('Edit username and password', 'sign-in');
export const EDIT_SUBSCRIPTIONS = openSettings('Edit the subscriptions', 'subscriptions');
export const EDIT_PORT = openSettings('Edit protocol and port', 'general');

/** What the broker said goes behind our own words. */
export function withReason(words: Words, reasonString: string): Words {
  return { ...words, text: `${words.text}${brokerSaid(reasonString)}` };
}
