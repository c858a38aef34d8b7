export type DiffLayoutName = 'unified' | 'split';

/** How differences are laid out, the same everywhere until the window closes. */
class DiffLayout {
  #current = $state.raw<DiffLayoutName>('unified');

  get current(): DiffLayoutName {
    return this.#current;
  }

  set current(layout: DiffLayoutName) {
    this.#current = layout;
  }
}

export const diffLayout = new DiffLayout();
