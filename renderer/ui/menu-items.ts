import type { Component } from 'svelte';

/** What a menu holds, the same for a button's menu and for a context menu. */
export type MenuEntry =
  | {
      readonly kind: 'action';
      readonly label: string;
      readonly icon?: Component<{ size?: number | string }>;
      /** As for `Kbd`: `Mod+C`. */
      readonly shortcut?: string;
      readonly danger?: boolean;
      readonly disabled?: boolean;
      readonly onselect: () => void;
    }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly checked: boolean;
      /** A CSS colour for a dot before the label. */
      readonly dot?: string;
      readonly hint?: string;
      readonly onselect: () => void;
    }
  | { readonly kind: 'heading'; readonly label: string }
  | { readonly kind: 'separator' };

/**
 * The entries of an open menu: they do what they did when it opened, but can be chosen as soon and as long as that is
 * possible. Those that came behind them are there, too; any other change waits until it opens again.
 */
export function withLater(
  opened: readonly MenuEntry[],
  now: readonly MenuEntry[],
): readonly MenuEntry[] {
  if (!opened.every((entry, place) => nameOf(entry) === nameOf(now[place]))) return opened;
  const same = opened.map((entry, place) => asPossible(entry, now[place]));
  return [...same, ...now.slice(opened.length)];
}

function asPossible(entry: MenuEntry, now: MenuEntry | undefined): MenuEntry {
  if (entry.kind !== 'action' || now?.kind !== 'action') return entry;
  const [was, is] = [entry.disabled ?? false, now.disabled ?? false];
  if (was === is) return entry;
  // Nobody could choose what it did before.
  return was ? now : { ...entry, disabled: true };
}

function nameOf(entry: MenuEntry | undefined): string {
  return entry === undefined || entry.kind === 'separator' ? '' : entry.label;
}
