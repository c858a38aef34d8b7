/** A hand that is not quite still while it clicks, px. */
const STILL_PX = 6;

/**
 * What a click means in a list that moves by itself: the row on which the button went down, though another one may
 * stand under the pointer when it comes up, and the browser would call it a click on neither.
 */
export class PressedRow<Key> {
  #key: Key | null = null;
  #before: Key | null = null;
  #x = 0;
  #y = 0;

  /** The button went down on a row; null for none. */
  down({ clientX, clientY }: MouseEvent, key: Key | null): void {
    this.#before = this.#key;
    this.#key = key;
    this.#x = clientX;
    this.#y = clientY;
  }

  /** @param under the row under the pointer, which is meant by what presses no button, as a screen reader */
  clicked(event: MouseEvent, under: Key | null): Key | null {
    if (event.detail === 0) return under;
    const { clientX, clientY } = event;
    const isStill = Math.hypot(clientX - this.#x, clientY - this.#y) <= STILL_PX;
    return isStill ? this.#key : null;
  }

  /** The row on which both clicks of a double click were; null when there is none. */
  get doubleClicked(): Key | null {
    return this.#key === this.#before ? this.#key : null;
  }
}
