import { escapeHidden } from '../../../app/payload/escape';

/** The branches on offer: all topics, and the way down to the given one and to the selected one. */
export function branchesTo(
  path: string,
  selected: string | null,
): ReadonlyArray<{ readonly value: string; readonly label: string }> {
  const paths = new Set(['', ...wayTo(path), ...wayTo(selected ?? '')]);
  return [...paths].map((value) => ({
    value,
    label: value === '' ? 'All topics' : escapeHidden(value),
  }));
}

function wayTo(path: string): readonly string[] {
  if (path === '') return [];
  const levels = path.split('/');
  return levels.map((_level, index) => levels.slice(0, index + 1).join('/'));
}
