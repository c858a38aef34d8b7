import type { Attachment } from 'svelte/attachments';

/** So long after the pointer's last move it is no longer expected to press, ms. */
const REST_MS = 1500;

/**
 * Tells when a hand aims at something in a list that moves by itself, so that the list can stand still meanwhile:
 * from a move or press of the pointer on it until it rests or leaves.
 */
export function whileAimed(tell: (isAimed: boolean) => void): Attachment<HTMLElement> {
  return (element) => {
    let resting: ReturnType<typeof setTimeout> | null = null;
    const rest = (): void => {
      if (resting === null) return;
      clearTimeout(resting);
      resting = null;
      tell(false);
    };
    const move = (): void => {
      if (resting === null) tell(true);
      else clearTimeout(resting);
      resting = setTimeout(rest, REST_MS);
    };
    element.addEventListener('pointermove', move, { passive: true });
    element.addEventListener('pointerdown', move, { passive: true });
    element.addEventListener('pointerleave', rest);
    return () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerdown', move);
      element.removeEventListener('pointerleave', rest);
      rest();
    };
  };
}
