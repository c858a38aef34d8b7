import { doctorDialogs } from '../doctor/doctor-dialogs.svelte';
import type { AppState } from '../state/app.svelte';
import { focusNextPlace, focusPlace, isEditable } from '../state/focus';
import { vault } from '../profiles/vault/vault-state.svelte';
import { overlays } from '../state/overlays.svelte';
import { isMod } from '../ui/shortcut';
import { timeDialogs } from '../time/time-dialogs.svelte';
import { deskDialogs } from '../publish/desk-dialogs.svelte';
import { commands } from './commands';

/** Runs the command that a key stands for, and keeps the key from doing anything else. */
export function pressShortcut(app: AppState, event: KeyboardEvent): void {
  if (
    event.defaultPrevented ||
    overlays.isAsking ||
    vault.question !== null ||
    doctorDialogs.subject !== null ||
    timeDialogs.shown !== null ||
    deskDialogs.shown !== null
  )
    return;
  if (event.key === '/' && !isMod(event) && !isEditable(event.target) && !overlays.palette) {
    event.preventDefault();
    void focusPlace(app.page === 'topics' ? 'filter' : 'query');
    return;
  }
  if (event.key === '?' && !isMod(event) && !isEditable(event.target) && !overlays.palette) {
    event.preventDefault();
    overlays.keys = true;
    return;
  }
  if (event.key === 'F6' && !overlays.palette) {
    event.preventDefault();
    focusNextPlace(event.shiftKey);
    return;
  }
  if (pressTime(app, event)) {
    event.preventDefault();
    return;
  }
  const keys = keysOf(event);
  if (keys === null) return;
  const command = commands(app).find(({ shortcut }) => shortcut === keys);
  if (!command) return;
  event.preventDefault();
  command.run();
}

const ARROWS = new Map([
  ['ArrowLeft', '←'],
  ['ArrowRight', '→'],
]);

/** The keys as commands name them; null when they are no shortcut. */
function keysOf(event: KeyboardEvent): string | null {
  const arrow = ARROWS.get(event.key);
  const isAltOnly = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  // In a text, Alt and an arrow go by words.
  if (arrow !== undefined && isAltOnly && !isEditable(event.target)) return `Alt+${arrow}`;
  if (!isMod(event) || event.altKey) return null;
  return `Mod+${event.shiftKey ? 'Shift+' : ''}${event.key.toUpperCase()}`;
}

/** Where Escape means something of its own. */
const TAKES_ESCAPE = '[role="dialog"], [role="menu"], [role="listbox"]';

/** Escape leads back to live when nothing else takes it. */
function pressTime(app: AppState, event: KeyboardEvent): boolean {
  const { target } = event;
  if (event.key !== 'Escape' || overlays.palette || app.page !== 'topics') return false;
  if (!app.time?.isPast || isEditable(target)) return false;
  if (target instanceof Element && target.closest(TAKES_ESCAPE)) return false;
  app.time.goLive();
  return true;
}
