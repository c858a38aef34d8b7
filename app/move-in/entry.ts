/**
 * Reads an object of a foreign file, whose values can be of any type: what is not of the type that is asked for is as if
 * it were not there. Only an object's own properties count.
 */
export class Entry {
  readonly #value: object;

  constructor(value: unknown) {
    this.#value = typeof value === 'object' && value !== null ? value : {};
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#value, name);
  }

  value(name: string): unknown {
    return this.has(name) ? (this.#value as Readonly<Record<string, unknown>>)[name] : undefined;
  }

  text(name: string): string {
    const value = this.value(name);
    return typeof value === 'string' ? value : '';
  }

  /** A number, also one that stands as text. */
  number(name: string): number | null {
    const value = this.value(name);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : null;
  }

  /** True or false, also as 1 and 0. */
  flag(name: string): boolean | null {
    const value = this.value(name);
    if (typeof value === 'boolean') return value;
    if (value === 1 || value === 'true') return true;
    return value === 0 || value === 'false' ? false : null;
  }

  entry(name: string): Entry {
    return new Entry(this.value(name));
  }

  /** The values of a list, or of an object that is used as one. */
  list(name: string): readonly unknown[] {
    const value = this.value(name);
    if (Array.isArray(value)) return value;
    return typeof value === 'object' && value !== null ? Object.values(value) : [];
  }

  /** Names and values of an object whose values are text, or lists of text. */
  pairs(): ReadonlyArray<readonly [string, string]> {
    return Object.entries(this.#value).flatMap(([name, value]: [string, unknown]) => {
      const values: readonly unknown[] = Array.isArray(value) ? value : [value];
      return values.flatMap((one) => (typeof one === 'string' ? [[name, one] as const] : []));
    });
  }
}
