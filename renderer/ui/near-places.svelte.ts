import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { SvelteSet } from 'svelte/reactivity';

/** So far from what is visible a place counts as near: what is made there is ready before it is scrolled to. */
const NEAR = '600px 0px';

/** Which places of a long page have come near the screen, so that what stands there can be made then. */
export class NearPlaces {
  readonly #reached = new SvelteSet<string>();

  has(id: string): boolean {
    return this.#reached.has(id);
  }

  /** Watches the place of `id` in the page's `main`, which scrolls, until it comes near. */
  watch(id: string): Attachment<HTMLElement> {
    return (place) => {
      if (untrack(() => this.has(id))) return;
      const observer = new IntersectionObserver(
        (seen) => {
          if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
          this.#reached.add(id);
          observer.disconnect();
        },
        { root: place.closest('main'), rootMargin: NEAR },
      );
      observer.observe(place);
      return () => {
        observer.disconnect();
      };
    };
  }
}
