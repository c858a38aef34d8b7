/** The section at which the connection dialog is to be shown next. */
class SectionRequest {
  #section = $state.raw<string | null>(null);

  get section(): string | null {
    return this.#section;
  }

  ask(section: string): void {
    this.#section = section;
  }

  done(): void {
    this.#section = null;
  }
}

export const sectionRequest = new SectionRequest();
