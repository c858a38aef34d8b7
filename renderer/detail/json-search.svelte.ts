import type { JsonValue } from '../../app/payload/json';
import { inPieces } from '../in-pieces';
import { JsonFind, keyAt, type JsonPlace } from './json-find';

/** Values between two looks at the clock. */
const VALUES = 2_000;

/** What a person looks for in a document, and where it was found. */
export class JsonSearch {
  #isOpen = $state.raw(false);
  #wanted = $state.raw('');
  #places = $state.raw<readonly JsonPlace[]>([]);
  #count = $state.raw(0);
  #progress = $state.raw<number | null>(null);
  /** The key of the place that was gone to: it outlives a new message with the same document. */
  #atKey = $state.raw<string | null>(null);
  #at = $state.raw(-1);
  #stop: () => void = () => undefined;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What is marked: nothing while it is closed. */
  get marked(): string {
    return this.#isOpen ? this.#wanted : '';
  }

  get wanted(): string {
    return this.#wanted;
  }

  set wanted(wanted: string) {
    this.#wanted = wanted;
    this.#atKey = null;
  }

  /** In how many names and values it was found so far. */
  get count(): number {
    return this.#count;
  }

  /** From 0 to 1 while the document is looked through; null when that is done. */
  get progress(): number | null {
    return this.#progress;
  }

  /** Which of them was gone to, from 1; 0 for none. */
  get position(): number {
    return this.#at + 1;
  }

  open(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Looks through a document. Returns how to stop. */
  look(root: JsonValue): () => void {
    this.#forget();
    if (this.marked === '') return () => undefined;
    const find = new JsonFind(root, this.#wanted);
    this.#progress = 0;
    this.#stop = inPieces(() => {
      const goesOn = find.step(VALUES);
      this.#places = find.places;
      this.#count = find.count;
      this.#progress = goesOn ? find.progress : null;
      if (!goesOn) this.#at = this.#placeOf(this.#atKey);
      return goesOn;
    });
    return () => {
      this.#stop();
    };
  }

  /** The next place, or the one before, from the one gone to last; at the end it goes on from the beginning. */
  go(by: 1 | -1): JsonPlace | null {
    const { length } = this.#places;
    if (length === 0) return null;
    const isFirst = this.#at < 0 && by < 0;
    this.#at = isFirst ? length - 1 : (this.#at + by + length) % length;
    const place = this.#places[this.#at] ?? null;
    this.#atKey = place && keyAt(place);
    return place;
  }

  #forget(): void {
    this.#stop();
    this.#places = [];
    this.#count = 0;
    this.#at = -1;
    this.#progress = null;
  }

  #placeOf(key: string | null): number {
    return key === null ? -1 : this.#places.findIndex((place) => keyAt(place) === key);
  }
}
