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

/** The entries of an open menu with those that came behind them; any other change waits until it opens again. */
export function withLater(
  opened: readonly MenuEntry[],
  now: readonly MenuEntry[],
): readonly MenuEntry[] {
  const isLonger = opened.every((entry, place) => nameOf(entry) === nameOf(now[place]));
  return isLonger ? [...opened, ...now.slice(opened.length)] : opened;
}

function nameOf(entry: MenuEntry | undefined): string {
  return entry === undefined || entry.kind === 'separator' ? '' : entry.label;
}
