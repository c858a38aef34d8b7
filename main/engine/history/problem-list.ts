/** Of one kind of damage, so many examples are named. */
const EXAMPLES = 5;

/** What is wrong, in words; of a kind that is there a thousand times, only the first few and how many more. */
export class ProblemList {
  /** Kind of problem → how often, and the first of them. */
  readonly #problems = new Map<string, { count: number; examples: string[] }>();

  note(kind: string, words: string): void {
    const noted = this.#problems.get(kind) ?? { count: 0, examples: [] };
    noted.count += 1;
    if (noted.examples.length < EXAMPLES) noted.examples.push(words);
    this.#problems.set(kind, noted);
  }

  words(): string[] {
    return [...this.#problems.values()].flatMap(({ count, examples }) =>
      count > examples.length
        ? [...examples, `… and ${String(count - examples.length)} more of this kind`]
        : examples,
    );
  }
}
