import type { Attachment } from 'svelte/attachments';

const GLOW_MS = 900;
/** The light fades in steps that the eye can't tell apart: drawing the window anew 60 times a second is dear. */
const STEPS = 18;
/** A busy row pulses slowly instead of flickering. */
const REST_MS = 1100;

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

interface Mark {
  readonly kind: string;
  readonly value: number | null;
}

/**
 * Lights an element up for a moment whenever the mark changes, with an animation of its opacity alone: the
 * compositor's work, no layout and no paint of the row. Marks of another `kind` are not compared.
 */
export function glowOn(mark: () => Mark): Attachment<HTMLElement> {
  let last: Mark | undefined;
  let litAt = 0;
  let animation: Animation | null = null;
  return (element) => {
    const now = mark();
    const changed = last?.kind === now.kind && now.value !== null && now.value !== last.value;
    last = now;
    if (!changed || stillness.matches) return;
    const time = performance.now();
    if (time - litAt < REST_MS) return;
    litAt = time;
    if (animation) {
      animation.currentTime = 0;
      animation.play();
      return;
    }
    animation = element.animate([{ opacity: 1 }, { opacity: 0 }], {
      duration: GLOW_MS,
      easing: `steps(${String(STEPS)})`,
    });
  };
}
