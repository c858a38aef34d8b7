import type { TreeFrame } from '../../app/contract';

/** What the pointer does over the rows of a tree, so that what it aims at stays under it. */
export class TreePointer {
  #isInside = $state.raw(false);
  /** Px from the top of what is visible; null when it is elsewhere, or the hand at the keys. */
  #y: number | null = null;
  #isAiming = false;

  /** Whether it is over the rows: then their order rests. */
  get isInside(): boolean {
    return this.#isInside;
  }

  /** Whether it is on its way to a row. */
  get isAiming(): boolean {
    return this.#isAiming && this.#y !== null;
  }

  /** @param y px from the top of what is visible */
  moveTo(y: number): void {
    this.#isInside = true;
    this.#y = y;
    this.#isAiming = true;
  }

  /** It rests, or has pressed: what that does is to be seen. */
  rest(): void {
    this.#isAiming = false;
  }

  leave(): void {
    this.#isInside = false;
    this.#y = null;
  }

  /** What is done now is not done with the pointer: its row may move. */
  letGo(): void {
    this.#y = null;
  }

  /** The row under it; null while it aims at none. @param position px from the beginning of the list */
  rowAt(position: number, rowHeight: number): number | null {
    return this.#y === null ? null : Math.floor((position + this.#y) / rowHeight);
  }
}

/** By how many rows a row has moved from one frame to the next; 0 when it is gone. */
export function shiftOfRow(before: TreeFrame, after: TreeFrame, row: number): number {
  const anchor = before.rows[row - before.first];
  if (!anchor) return 0;
  const at = after.rows.findIndex(({ id }) => id === anchor.id);
  return at < 0 ? 0 : after.first + at - row;
}
