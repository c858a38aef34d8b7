import type { Attachment } from 'svelte/attachments';

const GLOW_MS = 900;
const shownTexts = new WeakMap<Element, string>();
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Lets an element glow for a moment when its text differs from the one it showed before; never the first time. */
export function glowOnChange(text: string): Attachment<HTMLElement> {
  return (element) => {
    const before = shownTexts.get(element);
    shownTexts.set(element, text);
    if (before === undefined || before === text || calm.matches) return;
    element.animate([{ backgroundColor: 'var(--glow)' }, { backgroundColor: 'transparent' }], {
      duration: GLOW_MS,
      easing: 'ease-out',
    });
  };
}
