import type { DoctorSection, ProfileChange } from '../../app/contract-doctor';
import type { Profile } from '../../app/profile';
import { sectionRequest } from '../profiles/section-request.svelte';
import { PROFILE_SECTIONS } from '../profiles/sections/sections';
import { withCopies } from '../profiles/tls/tls-copies';
import { app } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';
import type { SecretChanges } from '../state/profiles.svelte';
import type { ProfileForm } from '../profiles/profile-form.svelte';

/** What is tested, and where a change goes: into the saved profile, or into the form where it was typed. */
export interface DoctorSubject {
  readonly name: string;
  readonly current: () => { readonly profile: Profile; readonly secrets: SecretChanges };
  readonly apply: (change: ProfileChange) => Promise<void>;
  /** Opens the settings at a section. */
  readonly openSettings: (section: DoctorSection) => void;
  /** Connects after a test that went well; null where the settings are not saved yet. */
  readonly connect: (() => void) | null;
}

class DoctorDialogs {
  #subject = $state.raw<DoctorSubject | null>(null);

  get subject(): DoctorSubject | null {
    return this.#subject;
  }

  close(): void {
    this.#subject = null;
  }

  /** Tests a saved connection. */
  openFor(profile: Profile): void {
    let current = profile;
    this.#subject = {
      name: profile.name,
      current: () => ({ profile: current, secrets: new Map() }),
      apply: async (change) => {
        const changed = await withCopies({ ...current, ...change });
        current = await app.profiles.save(changed, new Map());
      },
      openSettings: (section) => {
        this.close();
        sectionRequest.ask(section);
        overlays.editConnection(current);
      },
      connect: () => {
        this.close();
        app.activate(current.id);
        app.profiles.reconnect(current.id);
      },
    };
  }

  /** Tests what is typed in the connection dialog, which stays open below. */
  openForForm(form: ProfileForm): void {
    this.#subject = {
      name: form.fields.name,
      current: () => ({ profile: form.fields, secrets: form.secretChanges }),
      apply: (change) => {
        form.change(change);
        return Promise.resolve();
      },
      openSettings: (section) => {
        this.close();
        sectionRequest.ask(section);
      },
      connect: null,
    };
  }
}

export const doctorDialogs = new DoctorDialogs();

/** Whether the connection dialog has such a section. */
export function hasSection(section: DoctorSection): boolean {
  return PROFILE_SECTIONS.some(({ id }) => id === section);
}
