const PRESSABLE = 'button, a, input, summary, [role]:not([role="presentation"])';

/** What was clicked on: whether it is still in the page, and what it is called. */
export interface Clicked {
  readonly isConnected: boolean;
  readonly name: string;
}

/**
 * Whether a further click of a double click hits what nobody aimed at: the first one took away what it was made on,
 * and something else came in its place. The same button of the next thing, such as “Dismiss”, is aimed at.
 */
export function isStray(first: Clicked | null, now: Clicked, clickCount: number): boolean {
  return clickCount > 1 && first !== null && !first.isConnected && first.name !== now.name;
}

/** Keeps stray clicks of a window from what they hit. */
export function ignoreStrayClicks(target: Document): void {
  let first: Clicked | null = null;
  const click = (event: MouseEvent): void => {
    const now = clickedOn(event.target);
    if (event.detail <= 1) first = now;
    else if (isStray(first, now, event.detail)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  target.addEventListener('click', click, { capture: true });
  target.addEventListener('dblclick', click, { capture: true });
}

function clickedOn(target: EventTarget | null): Clicked {
  const element = target instanceof Element ? (target.closest(PRESSABLE) ?? target) : null;
  // Read now: what is gone later may have been emptied.
  const name = element?.getAttribute('aria-label') ?? element?.textContent.trim() ?? '';
  return {
    get isConnected() {
      return element?.isConnected ?? false;
    },
    name,
  };
}
