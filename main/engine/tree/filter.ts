import { isTopicFilter } from '../../../app/topic';
import type { TopicNode } from './topic-node';

/** How a node stands to a filter, given how its parent stands to it. */
export interface FilterState {
  /** The node and everything below it pass. */
  readonly covered: boolean;
  /** The node itself passes if it is a topic; what is below needs a look of its own. */
  readonly exact: boolean;
  /** Nothing below can pass. */
  readonly dead: boolean;
  /** The node's path in lower case, where the filter needs it. */
  readonly path: string;
}

export interface TreeFilter {
  readonly root: FilterState;
  /** The state of a node below a parent that is neither covered nor dead. */
  step(parent: FilterState, node: TopicNode): FilterState;
}

const COVERED: FilterState = { covered: true, exact: false, dead: false, path: '' };
const DEAD: FilterState = { covered: false, exact: false, dead: true, path: '' };
const OPEN: FilterState = { covered: false, exact: false, dead: false, path: '' };
const EXACT: FilterState = { covered: false, exact: true, dead: false, path: '' };
const EXACT_END: FilterState = { covered: false, exact: true, dead: true, path: '' };

/** The filter that a text stands for: a topic filter when it has wildcards and is valid, else a part of the name in any case. */
export function filterOf(text: string): TreeFilter | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (isTopicFilter(trimmed)) return topicFilter(trimmed.split('/'));
  return trimmed.includes('/')
    ? pathFilter(trimmed.toLowerCase())
    : levelFilter(trimmed.toLowerCase());
}

function levelFilter(needle: string): TreeFilter {
  return {
    root: OPEN,
    step: (_parent, node) => (node.name.toLowerCase().includes(needle) ? COVERED : OPEN),
  };
}

function pathFilter(needle: string): TreeFilter {
  return {
    root: OPEN,
    step: (parent, node) => {
      const level = node.name.toLowerCase();
      const path = node.depth === 0 ? level : `${parent.path}/${level}`;
      // A needle that ends with a slash also means the branch that the slash would follow.
      if (path.includes(needle) || `${path}/`.endsWith(needle)) return COVERED;
      // Only the end of the path can begin a match that goes on below.
      return { covered: false, exact: false, dead: false, path: path.slice(-needle.length) };
    },
  };
}

/** MQTT 5.0 §4.7.1; wildcards in the first level leave out `$` topics [MQTT-4.7.2-1]. */
function topicFilter(levels: readonly string[]): TreeFilter {
  return {
    root: OPEN,
    step: (_parent, node) => {
      const level = levels[node.depth];
      if (level === undefined) return DEAD;
      const wild = level === '+' || level === '#';
      if (node.depth === 0 && wild && node.name.startsWith('$')) return DEAD;
      if (level === '#') return COVERED;
      if (!wild && level !== node.name) return DEAD;
      if (node.depth === levels.length - 1) return EXACT_END;
      // `a/#` also means `a` itself (§4.7.1.2); what is below is covered one level down.
      return levels[node.depth + 1] === '#' && node.depth === levels.length - 2 ? EXACT : OPEN;
    },
  };
}

/** The state of a node below any parent. */
export function stepFilter(filter: TreeFilter, parent: FilterState, node: TopicNode): FilterState {
  if (parent.covered) return COVERED;
  if (parent.dead) return DEAD;
  return filter.step(parent, node);
}
