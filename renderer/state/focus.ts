import { tick } from 'svelte';

/** Places that a shortcut or a command can put the focus on; an element says which one it is with `data-place`. */
export type Place =
  | 'filter'
  | 'tree'
  | 'query'
  | 'messages'
  | 'packets'
  | 'traffic'
  | 'retained'
  | 'chart'
  | 'detail'
  | 'publish'
  | 'timeline';

/** In the order in which F6 walks through the window. */
const PLACES: readonly Place[] = [
  'filter',
  'tree',
  'query',
  'messages',
  'packets',
  'traffic',
  'retained',
  'chart',
  'detail',
  'publish',
  'timeline',
];
const FIELDS = 'input, textarea, [contenteditable="true"]';

/** Puts the focus on a place, or on its chosen tab, its first field or button, as soon as it is in the page. */
export async function focusPlace(place: Place): Promise<void> {
  await tick();
  const element = document.querySelector<HTMLElement>(`[data-place="${place}"]`);
  if (!element) return;
  const field = element.matches(`${FIELDS}, [tabindex]`)
    ? element
    : (element.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]') ??
      element.querySelector<HTMLElement>(FIELDS) ??
      element.querySelector<HTMLElement>('button'));
  field?.focus();
  if (field instanceof HTMLInputElement) field.select();
}

/** Puts the focus on the place after (or before) the one that has it now, those left out that are not there. */
export function focusNextPlace(backwards: boolean): void {
  const present = PLACES.filter((place) => document.querySelector(`[data-place="${place}"]`));
  const here = document.activeElement?.closest<HTMLElement>('[data-place]')?.dataset['place'];
  const index = present.findIndex((place) => place === here);
  const step = backwards ? -1 : 1;
  const next = index < 0 ? (backwards ? -1 : 0) : (index + step + present.length) % present.length;
  const place = present.at(next);
  if (place !== undefined) void focusPlace(place);
}

/** Whether typing goes into an element, so that a single letter is no shortcut. */
export function isEditable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(FIELDS) !== null;
}
