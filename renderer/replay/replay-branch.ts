import { escapeHidden } from '../../app/payload/escape';
import { everything } from '../../app/selection';
import type { AppState } from '../state/app.svelte';

/** Prepares a topic and everything below it to be replayed. */
export function replayBranch(app: AppState, profileId: string, path: string): void {
  const name = app.profiles.find(profileId)?.profile.name ?? '';
  const selection = { ...everything(profileId), filters: [`${path}/#`] };
  void app.replay.prepare(selection, `${escapeHidden(path)} of ${name}`);
}
