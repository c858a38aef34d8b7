import type { TopicNode } from './topic-node';

/** More exceptions than this are not remembered beyond the run. */
const MAX_REMEMBERED = 10_000;
/**
 * What stands deeper is not remembered beyond the run: one hostile topic has 65,535 levels, whose paths are 2 GB together
 * and took the engine 40 s to look up.
 */
const MAX_REMEMBERED_DEPTH = 500;

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
    if (this.exceptions.size === 0 || node.depth > MAX_REMEMBERED_DEPTH) return this.all;
    return this.exceptions.has(node.path) ? !this.all : this.all;
  }

  set(node: TopicNode, expanded: boolean): void {
    if (node.depth > MAX_REMEMBERED_DEPTH) return;
    if (expanded === this.all) this.exceptions.delete(node.path);
    else if (this.exceptions.size < MAX_REMEMBERED) this.exceptions.add(node.path);
    this.changed();
  }

  setAll(expanded: boolean): void {
    this.all = expanded;
    this.exceptions.clear();
    this.changed();
  }
}
