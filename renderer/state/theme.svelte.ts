import type { ThemeChoice } from '../../app/contract';

/** Light or dark: what the person chose, or what the system says. */
export class ThemeState {
  #choice = $state.raw<ThemeChoice>('system');
  #systemDark = $state.raw(false);
  readonly #query = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    this.#systemDark = this.#query.matches;
    this.#query.addEventListener('change', (event) => {
      this.setSystem(event.matches);
    });
    this.#apply();
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  get dark(): boolean {
    return this.#choice === 'system' ? this.#systemDark : this.#choice === 'dark';
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice;
    this.#apply();
  }

  /** What the system prefers has changed. */
  setSystem(dark: boolean): void {
    this.#systemDark = dark;
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.dark ? 'dark' : 'light';
  }
}
