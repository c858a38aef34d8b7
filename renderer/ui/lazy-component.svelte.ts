const all = new Set<{ load(): void }>();

/** A component whose code is large and not needed for the first look: loaded when it is wanted, or when there is time. */
export class LazyComponent<Component> {
  #component = $state.raw<Component | null>(null);
  #isAsked = false;

  constructor(private readonly importing: () => Promise<{ readonly default: Component }>) {
    all.add(this);
  }

  /** Null until its code is there. */
  get component(): Component | null {
    this.load();
    return this.#component;
  }

  load(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.importing().then(({ default: component }) => {
      this.#component = component;
    }, reportError);
  }
}

/** Loads what nothing has asked for yet, once the window has nothing else to do. */
export function loadLazyComponents(): void {
  requestIdleCallback(() => {
    for (const one of all) one.load();
  });
}
