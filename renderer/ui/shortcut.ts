const isMac = /mac/iu.test(navigator.platform);

const MAC_NAMES = new Map([
  ['Mod', '⌘'],
  ['Shift', '⇧'],
  ['Alt', '⌥'],
  ['Enter', '↵'],
]);
const OTHER_NAMES = new Map([
  ['Mod', 'Ctrl'],
  ['Enter', '↵'],
]);

/** The keys of a shortcut such as `Mod+Shift+K` in the words of this platform. */
export function shortcutKeys(shortcut: string): readonly string[] {
  const names = isMac ? MAC_NAMES : OTHER_NAMES;
  return shortcut.split(/\+(?=.)/u).map((key) => names.get(key) ?? key);
}

/** The same within a sentence: `Ctrl+K`, `⌘K` on a Mac. */
export function shortcutText(shortcut: string): string {
  return shortcutKeys(shortcut).join(isMac ? '' : '+');
}

/** Whether the platform's command modifier (⌘ or Ctrl) is down, and not the other one. */
export function isMod(event: KeyboardEvent | MouseEvent): boolean {
  return isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}
