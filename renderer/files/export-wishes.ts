import { escapeHidden } from '../../app/payload/escape';
import { everything } from '../../app/selection';
import { overlays } from '../state/overlays.svelte';

/** Asks how to export a topic, with everything below it when wanted. */
export function exportBranch(profileId: string, path: string, withBelow: boolean): void {
  const filters = withBelow ? [path === '' ? '/#' : `${path}/#`] : [path];
  const name = path === '' ? '(empty)' : escapeHidden(path);
  overlays.exporting = {
    selection: { ...everything(profileId), filters },
    title: withBelow ? `${name} and everything below` : name,
  };
}

/** Asks how to export all that is stored of a profile. */
export function exportHistory(profileId: string, name: string): void {
  overlays.exporting = { selection: everything(profileId), title: `The whole history of ${name}` };
}
