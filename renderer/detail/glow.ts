import type { Attachment } from 'svelte/attachments';

const GLOW_MS = 900;
/** The light fades in steps that the eye can't tell apart: drawing the window anew 60 times a second is dear. */
const STEPS = 18;
/** What changes again within this time changes all the time and needs no light to tell. */
const BUSY_MS = 500;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

interface Shown {
  readonly text: string;
  readonly changedAtMs: number;
}
const shownTexts = new WeakMap<Element, Shown>();

/**
 * Lets an element, the light above a row, glow for a moment when the row's text differs from the one before; never the
 * first time. Its opacity alone is animated: the compositor's work, no layout and no paint.
 */
export function glowOnChange(text: string): Attachment<HTMLElement> {
  return (element) => {
    const before = shownTexts.get(element);
    if (before?.text === text) return;
    const now = performance.now();
    shownTexts.set(element, { text, changedAtMs: before ? now : -Infinity });
    if (!before || calm.matches || now - before.changedAtMs < BUSY_MS) return;
    element.animate([{ opacity: 1 }, { opacity: 0 }], {
      duration: GLOW_MS,
      easing: `steps(${String(STEPS)})`,
    });
  };
}
