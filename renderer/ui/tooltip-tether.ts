import { Tooltip } from 'bits-ui';

/** What a tooltip says of its trigger, and where it stands. */
export interface TooltipWords {
  readonly text: string;
  /** As for `Kbd`: `Mod+K`. */
  readonly shortcut?: string | undefined;
  readonly side: 'top' | 'right' | 'bottom' | 'left';
}

/**
 * Ties all triggers to the window's one tooltip (`TooltipLayer`): a tooltip of its own for each of some fifty buttons
 * cost more than the buttons.
 */
export const tooltips = Tooltip.createTether<TooltipWords>();
