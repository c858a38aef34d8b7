import { tick } from 'svelte';

/** Places that a shortcut or a command can put the focus on; an element says which one it is with `data-place`. */
export type Place = 'filter' | 'tree' | 'publish';

const FIELDS = 'input, textarea, [contenteditable="true"]';

/** Puts the focus on a place, or on the first field in it, as soon as it is in the page. */
export async function focusPlace(place: Place): Promise<void> {
  await tick();
  const element = document.querySelector<HTMLElement>(`[data-place="${place}"]`);
  if (!element) return;
  const field = element.matches(`${FIELDS}, [tabindex]`)
    ? element
    : element.querySelector<HTMLElement>(FIELDS);
  field?.focus();
  if (field instanceof HTMLInputElement) field.select();
}

/** Whether typing goes into an element, so that a single letter is no shortcut. */
export function isEditable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(FIELDS) !== null;
}
