import type { ThemeChoice } from '../../app/contract';

/** The themes in the order they are offered. */
export const THEMES: ReadonlyArray<{ readonly choice: ThemeChoice; readonly label: string }> = [
  { choice: 'system', label: 'System' },
  { choice: 'light', label: 'Light' },
  { choice: 'dark', label: 'Dark' },
];
