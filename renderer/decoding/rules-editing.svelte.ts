import type { DecodingRule } from '../../app/decoding/rules';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';
import { topicFilterProblem } from '../../app/topic';
import { newRule } from './new-rule';

/** The rules while a person edits them: nothing counts until they are saved. */
export class RulesEditing {
  #rules = $state.raw<readonly DecodingRule[]>([]);
  #chosenId = $state.raw<string | null>(null);
  #problem = $state.raw<string | null>(null);
  #busy = $state.raw(false);

  constructor(
    private readonly engine: EngineClient,
    rules: readonly DecodingRule[],
    added: DecodingRule | null,
  ) {
    // A new rule stands first: an older one that matches as well must not hide it.
    this.#rules = added ? [added, ...rules] : rules;
    this.#chosenId = added?.id ?? rules[0]?.id ?? null;
  }

  get rules(): readonly DecodingRule[] {
    return this.#rules;
  }

  get chosen(): DecodingRule | null {
    return this.#rules.find(({ id }) => id === this.#chosenId) ?? null;
  }

  /** Why saving failed, in words. */
  get problem(): string | null {
    return this.#problem;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** The first rule whose filter is wrong. */
  get wrong(): DecodingRule | null {
    return this.#rules.find(({ filter }) => topicFilterProblem(filter) !== null) ?? null;
  }

  choose(id: string): void {
    this.#chosenId = id;
  }

  add(topic: string): void {
    const rule = newRule(topic, []);
    this.#rules = [rule, ...this.#rules];
    this.#chosenId = rule.id;
  }

  change(changed: DecodingRule): void {
    this.#rules = this.#rules.map((rule) => (rule.id === changed.id ? changed : rule));
  }

  remove(id: string): void {
    const index = this.#rules.findIndex((rule) => rule.id === id);
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
    if (id === this.#chosenId) {
      this.#chosenId = (this.#rules[index] ?? this.#rules[index - 1])?.id ?? null;
    }
  }

  /** Takes a rule one place towards the first (−1) or the last. */
  move(id: string, step: 1 | -1): void {
    this.moveTo(id, this.#rules.findIndex((rule) => rule.id === id) + step);
  }

  /** Takes a rule to a place in the order; nothing where there is no such place. */
  moveTo(id: string, to: number): void {
    const from = this.#rules.findIndex((rule) => rule.id === id);
    const rule = this.#rules[from];
    if (!rule || to === from || to < 0 || to >= this.#rules.length) return;
    this.#rules = this.#rules.toSpliced(from, 1).toSpliced(to, 0, rule);
  }

  /** What an import added behind the rules that are kept. */
  takeImported(kept: readonly DecodingRule[]): void {
    const known = new Set(this.#rules.map(({ id }) => id));
    this.#rules = [...this.#rules, ...kept.filter(({ id }) => !known.has(id))];
  }

  /** @returns whether they were saved */
  async save(): Promise<boolean> {
    if (this.wrong) {
      this.#chosenId = this.wrong.id;
      return false;
    }
    this.#busy = true;
    try {
      await this.engine.calls.saveDecodingRules({ rules: this.#rules });
      return true;
    } catch (error) {
      this.#problem = messageOf(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
