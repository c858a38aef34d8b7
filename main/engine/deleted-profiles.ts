import { messageOf } from '../../app/errors';
import type { Profile } from '../../app/profile';
import type { History } from './history/history';
import type { ProfileStore } from './profile-store';

/** How long a deleted profile can be brought back. */
export const UNDO_MS = 12_000;

export interface DeletedProfilesOptions {
  readonly profiles: ProfileStore;
  readonly history: Pick<History, 'forget'>;
  readonly warn: (message: string) => void;
  /** The profile cannot be brought back any more: what holds its history open is to be closed. */
  readonly letGo: (profileId: string) => void;
  /** Its history is gone; the profile as it was, if it is known. */
  readonly onGone: (profileId: string, profile: Profile | undefined) => void;
}

/** Profiles that were deleted: first they can be brought back, then their history goes; what a close cuts short goes on at the next start. */
export class DeletedProfiles {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private isClosed = false;

  constructor(private readonly options: DeletedProfilesOptions) {}

  forgetLater(profileId: string): void {
    const timer = setTimeout(() => {
      this.timers.delete(profileId);
      this.forget(profileId);
    }, UNDO_MS);
    this.timers.set(profileId, timer);
  }

  restore(profileId: string): void {
    this.options.profiles.restore(profileId);
    clearTimeout(this.timers.get(profileId));
    this.timers.delete(profileId);
  }

  /** Removes what is left of a deleted profile. */
  forget(profileId: string): void {
    const { profiles, history, letGo, onGone, warn } = this.options;
    letGo(profileId);
    history.forget(profileId).then(
      () => {
        if (this.isClosed) return;
        const profile = profiles.withDeleted.find(({ id }) => id === profileId);
        profiles.finish(profileId);
        onGone(profileId, profile);
      },
      (error: unknown) => {
        // It is tried again at the next start.
        if (this.isClosed) return;
        warn(`The history of a deleted connection could not be removed: ${messageOf(error)}`);
      },
    );
  }

  close(): void {
    this.isClosed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
  }
}
