import { defaultProfileFields, type Profile } from '../../app/profile';

export interface ProfileEdit {
  readonly profile: Profile;
  readonly isNew: boolean;
}

/** What lies over the window: the connection dialog and the command palette. */
class Overlays {
  #edit = $state.raw<ProfileEdit | null>(null);
  #palette = $state.raw(false);

  /** The connection that is being edited, or null. */
  get edit(): ProfileEdit | null {
    return this.#edit;
  }

  get palette(): boolean {
    return this.#palette;
  }

  set palette(open: boolean) {
    this.#palette = open;
  }

  newConnection(): void {
    this.#edit = {
      profile: { ...defaultProfileFields(), id: crypto.randomUUID() },
      isNew: true,
    };
  }

  editConnection(profile: Profile): void {
    this.#edit = { profile, isNew: false };
  }

  closeEdit(): void {
    this.#edit = null;
  }
}

export const overlays = new Overlays();
