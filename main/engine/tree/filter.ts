import { isTopicFilter } from '../../../app/topic';

/**
 * How a node stands to a filter, given how its parent stands to it: one of those below, or a number from 0 on that
 * only the filter itself understands: neither the node passes nor is it known what of the rest will.
 */
export type FilterState = number;

/** The node and everything below it pass. */
export const COVERED: FilterState = -1;
/** Neither the node nor anything below it can pass. */
export const DEAD: FilterState = -2;
/** The node itself passes if it is a topic; what is below needs a look of its own. */
export const EXACT: FilterState = -3;
/** The node itself passes if it is a topic; nothing below can. */
export const EXACT_END: FilterState = -4;

export interface TreeFilter {
  /** Of the root that holds the first level. */
  readonly root: FilterState;
  /**
   * The state of a node below a parent that is neither covered nor dead.
   * @param depth 0 for the first level
   */
  step(parent: FilterState, name: string, depth: number): FilterState;
}

/** The filter that a text stands for: a topic filter when it has wildcards and is valid, else a part of the name in any case. */
export function filterOf(text: string): TreeFilter | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return isTopicFilter(trimmed)
    ? topicFilter(trimmed.split('/'))
    : textFilter(trimmed.toLowerCase());
}

/** The state of a node below any parent. */
export function stepFilter(
  filter: TreeFilter,
  parent: FilterState,
  name: string,
  depth: number,
): FilterState {
  if (parent === COVERED) return COVERED;
  if (parent === DEAD || parent === EXACT_END) return DEAD;
  return filter.step(parent, name, depth);
}

/** Whether a node in a state passes, given whether it is a topic. */
export function passes(state: FilterState, isTopic: boolean): boolean {
  return state === COVERED || (isTopic && (state === EXACT || state === EXACT_END));
}

const SLASH = 47;
const LAST_ASCII = 0x7f;

/**
 * Looks for a text in the path, letter by letter (Knuth, Morris, Pratt): the state is how much of the text the path ends
 * with, so that no path need be put together.
 */
function textFilter(needle: string): TreeFilter {
  const found = needle.length;
  const fallback = fallbacks(needle);
  const advance = (state: number, code: number): number => {
    let matched = state;
    while (matched > 0 && needle.charCodeAt(matched) !== code) matched = fallback[matched] ?? 0;
    return needle.charCodeAt(matched) === code ? matched + 1 : matched;
  };
  return {
    root: 0,
    step: (parent, name, depth) => {
      let state = depth === 0 ? parent : advance(parent, SLASH);
      if (state === found) return COVERED;
      for (let at = 0; at < name.length; at += 1) {
        const code = name.charCodeAt(at);
        if (code > LAST_ASCII) return scan(state, name.toLowerCase(), at);
        state = advance(state, lowered(code));
        if (state === found) return COVERED;
      }
      return endOf(state);
    },
  };

  /** The rest of a name whose small letters only the language knows. */
  function scan(from: number, lower: string, at: number): FilterState {
    let state = from;
    for (let next = at; next < lower.length; next += 1) {
      state = advance(state, lower.charCodeAt(next));
      if (state === found) return COVERED;
    }
    return endOf(state);
  }

  /** A text that ends with a slash also means the branch that the slash would follow. */
  function endOf(state: number): FilterState {
    return advance(state, SLASH) === found ? COVERED : state;
  }
}

/** For each length of a beginning of the text: how long the longest shorter beginning is that it ends with. */
function fallbacks(text: string): Int32Array {
  const table = new Int32Array(text.length + 1);
  for (let at = 1, matched = 0; at < text.length; at += 1) {
    while (matched > 0 && text.charCodeAt(at) !== text.charCodeAt(matched))
      matched = table[matched] ?? 0;
    if (text.charCodeAt(at) === text.charCodeAt(matched)) matched += 1;
    table[at + 1] = matched;
  }
  return table;
}

function lowered(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}

/** MQTT 5.0 §4.7.1; wildcards in the first level leave out `$` topics [MQTT-4.7.2-1]. */
function topicFilter(levels: readonly string[]): TreeFilter {
  return {
    root: 0,
    step: (_parent, name, depth) => {
      const level = levels[depth];
      if (level === undefined) return DEAD;
      const wild = level === '+' || level === '#';
      if (depth === 0 && wild && name.startsWith('$')) return DEAD;
      if (level === '#') return COVERED;
      if (!wild && level !== name) return DEAD;
      if (depth === levels.length - 1) return EXACT_END;
      // `a/#` also means `a` itself (§4.7.1.2); what is below is covered one level down.
      return levels[depth + 1] === '#' && depth === levels.length - 2 ? EXACT : 0;
    },
  };
}
