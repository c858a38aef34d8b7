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
