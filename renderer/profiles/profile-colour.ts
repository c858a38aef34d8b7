import type { ProfileColour } from '../../app/profile-colours';

/** The theme's colour for a connection. */
export function profileColour(colour: ProfileColour): string {
  return `var(--profile-${colour})`;
}
