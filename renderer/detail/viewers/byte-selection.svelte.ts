/** The bytes that are selected in the hex view: from where a person began to where the last step led. */
export class ByteSelection {
  #anchor = $state.raw<number | null>(null);
  #focus = $state.raw(0);

  /** First selected byte, or null for none. */
  get start(): number | null {
    return this.#anchor === null ? null : Math.min(this.#anchor, this.#focus);
  }

  /** Behind the last selected byte. */
  get end(): number {
    return this.#anchor === null ? 0 : Math.max(this.#anchor, this.#focus) + 1;
  }

  /** Where the next step goes from. */
  get focus(): number {
    return this.#focus;
  }

  has(offset: number): boolean {
    return this.start !== null && offset >= this.start && offset < this.end;
  }

  /** Selects one byte, or with `extend` all from the anchor to it. */
  select(offset: number, extend: boolean): void {
    if (!extend || this.#anchor === null) this.#anchor = offset;
    this.#focus = offset;
  }

  clear(): void {
    this.#anchor = null;
  }

  /** A step with the keyboard among `total` bytes; whether the key was one. */
  press(event: KeyboardEvent, rowBytes: number, total: number): boolean {
    const steps = new Map([
      ['ArrowLeft', -1],
      ['ArrowRight', 1],
      ['ArrowUp', -rowBytes],
      ['ArrowDown', rowBytes],
    ]);
    const step = steps.get(event.key);
    if (step === undefined || total === 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return false;
    }
    const from = this.#anchor === null ? -step : this.#focus;
    const next = this.#anchor === null ? 0 : Math.min(total - 1, Math.max(0, from + step));
    this.select(next, event.shiftKey);
    return true;
  }
}
