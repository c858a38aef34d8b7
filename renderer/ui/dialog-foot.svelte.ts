import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { innerHeight, innerWidth } from 'svelte/reactivity/window';

/** The buttons of the dialogs that are open, so that a notice does not lie over what it tells to press. */
class DialogFoot {
  #feet = $state.raw<readonly HTMLElement[]>([]);

  /** Keeps the element known while it is there. */
  readonly keep: Attachment<HTMLElement> = (element) => {
    // An attachment runs in an effect: it must not follow what it changes.
    untrack(() => (this.#feet = [...this.#feet, element]));
    return () => {
      this.#feet = this.#feet.filter((foot) => foot !== element);
    };
  };

  /** From the bottom of the window to the top of the buttons in front, px; 0 where none reach into the last `width` px. */
  above(width: number): number {
    const box = this.#feet.at(-1)?.getBoundingClientRect();
    const isBeside = !box || box.right <= (innerWidth.current ?? 0) - width;
    return isBeside ? 0 : Math.max(0, (innerHeight.current ?? 0) - box.top);
  }
}

export const dialogFoot = new DialogFoot();
