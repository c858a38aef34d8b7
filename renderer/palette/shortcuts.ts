import type { AppState } from '../state/app.svelte';
import { focusNextPlace, focusPlace, isEditable } from '../state/focus';
import { overlays } from '../state/overlays.svelte';
import { isMod } from '../ui/shortcut';
import { commands } from './commands';

/** Runs the command that a key stands for, and keeps the key from doing anything else. */
export function pressShortcut(app: AppState, event: KeyboardEvent): void {
  if (event.defaultPrevented || overlays.isAsking) return;
  if (event.key === '/' && !isMod(event) && !isEditable(event.target) && !overlays.palette) {
    event.preventDefault();
    void focusPlace('filter');
    return;
  }
  if (event.key === 'F6' && !overlays.palette) {
    event.preventDefault();
    focusNextPlace(event.shiftKey);
    return;
  }
  if (!isMod(event) || event.altKey) return;
  const keys = `Mod+${event.shiftKey ? 'Shift+' : ''}${event.key.toUpperCase()}`;
  const command = commands(app).find(({ shortcut }) => shortcut === keys);
  if (!command) return;
  event.preventDefault();
  command.run();
}
