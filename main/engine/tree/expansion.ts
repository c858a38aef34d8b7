import type { TopicNode } from './topic-node';

/** More exceptions than this are not remembered beyond the run. */
const MAX_REMEMBERED = 10_000;

/** What is remembered of an expansion. */
export interface ExpansionState {
  readonly all: boolean;
  /** Paths that stand the other way than `all` says. */
  readonly exceptions: readonly string[];
}

/** Which branches a person expanded, also of topics that have not come yet. */
export class Expansion {
  private all: boolean;
  private readonly exceptions: Set<string>;
  private changed: () => void = () => undefined;

  constructor(state: ExpansionState = { all: false, exceptions: [] }) {
    this.all = state.all;
    this.exceptions = new Set(state.exceptions.slice(0, MAX_REMEMBERED));
  }

  get state(): ExpansionState {
    return { all: this.all, exceptions: [...this.exceptions] };
  }

  onChange(changed: () => void): void {
    this.changed = changed;
  }

  /** How a node that is made now should stand. */
  wants(node: TopicNode): boolean {
    return this.exceptions.size > 0 && this.exceptions.has(node.path) ? !this.all : this.all;
  }

  set(path: string, expanded: boolean): void {
    if (expanded === this.all) this.exceptions.delete(path);
    else if (this.exceptions.size < MAX_REMEMBERED) this.exceptions.add(path);
    this.changed();
  }

  setAll(expanded: boolean): void {
    this.all = expanded;
    this.exceptions.clear();
    this.changed();
  }
}
