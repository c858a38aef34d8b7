import type { TreeStep } from '../../app/contract';
import type { TreeState } from '../state/tree.svelte';
import { isMod } from '../ui/shortcut';

const STEPS = new Map<string, TreeStep>([
  ['ArrowUp', 'previous'],
  ['ArrowDown', 'next'],
  ['ArrowRight', 'in'],
  ['ArrowLeft', 'out'],
  ['PageUp', 'pageUp'],
  ['PageDown', 'pageDown'],
  ['Home', 'first'],
  ['End', 'last'],
]);

/**
 * Does what a key means in the tree (WAI-ARIA tree view pattern); false when it means nothing there.
 * `copy` copies the selected topic.
 */
export function pressTreeKey(event: KeyboardEvent, tree: TreeState, copy: () => void): boolean {
  if (isMod(event) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'c') {
    copy();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return (
    pressDeep(event, tree) ||
    pressStep(event, tree) ||
    pressToggle(event, tree) ||
    type(event, tree)
  );
}

function pressDeep(event: KeyboardEvent, tree: TreeState): boolean {
  const path = tree.selected;
  const expand = event.key === '*' || (event.shiftKey && event.key === 'ArrowRight');
  const collapse = event.shiftKey && event.key === 'ArrowLeft';
  if (path === null || !(expand || collapse)) return false;
  tree.setExpanded(path, expand, true);
  return true;
}

function pressStep(event: KeyboardEvent, tree: TreeState): boolean {
  const step = STEPS.get(event.key);
  if (step === undefined || event.shiftKey) return false;
  tree.step(step);
  return true;
}

function pressToggle(event: KeyboardEvent, tree: TreeState): boolean {
  const wanted = event.key === 'Enter' || (event.key === ' ' && !tree.isTyping);
  if (!wanted) return false;
  if (tree.selectedRow) tree.toggle(tree.selectedRow);
  else if (tree.selected === null) tree.step('first');
  return true;
}

/** These lead elsewhere in the whole window. */
const WINDOW_KEYS = new Set(['/', '?']);

function type(event: KeyboardEvent, tree: TreeState): boolean {
  const isLetter = [...event.key].length === 1 && !WINDOW_KEYS.has(event.key);
  if (isLetter) tree.typeAhead(event.key);
  return isLetter;
}
