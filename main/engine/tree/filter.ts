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
const ASCII_CODES = 128;
const CAPITAL_A = 65;
const CAPITAL_Z = 90;
/** From a capital letter to its small one. */
const SMALL = 32;
/** Longer texts are looked for without a table of 256 bytes for each character. */
const MOST_TABLED = 1000;

/**
 * Looks for a text in the path, letter by letter (Knuth, Morris, Pratt): the state is how much of the text the path ends
 * with, so that no path need be put together.
 */
function textFilter(needle: string): TreeFilter {
  const found = needle.length;
  const advance = automatonOf(needle);
  return {
    root: 0,
    step: (parent, name, depth) => {
      let state = depth === 0 ? parent : advance(parent, SLASH);
      if (state === found) return COVERED;
      let text = name;
      for (let at = 0; at < text.length; at += 1) {
        // Small letters beyond ASCII are known to the language only; what was read before is as long as it was.
        if (text.charCodeAt(at) > LAST_ASCII && text === name) text = name.toLowerCase();
        state = advance(state, text.charCodeAt(at));
        if (state === found) return COVERED;
      }
      // A text that ends with a slash also means the branch that the slash would follow.
      return advance(state, SLASH) === found ? COVERED : state;
    },
  };
}

/** How much of the text matches after one more character, given how much did before; capital letters of ASCII are small ones. */
function automatonOf(needle: string): (state: number, code: number) => number {
  const fallback = fallbacks(needle);
  const advance = (state: number, code: number): number => {
    const small = code >= CAPITAL_A && code <= CAPITAL_Z ? code + SMALL : code;
    let matched = state;
    while (matched > 0 && needle.charCodeAt(matched) !== small) matched = fallback[matched] ?? 0;
    return needle.charCodeAt(matched) === small ? matched + 1 : matched;
  };
  if (needle.length > MOST_TABLED) return advance;
  const table = new Int16Array(needle.length * ASCII_CODES);
  for (let at = 0; at < table.length; at += 1)
    table[at] = advance(Math.floor(at / ASCII_CODES), at % ASCII_CODES);
  return (state, code) =>
    code <= LAST_ASCII ? (table[state * ASCII_CODES + code] ?? 0) : advance(state, code);
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
