import type { Viewed } from '../topic-state.svelte';
import { readingOfJson } from '../../../app/payload/detect';
import { numericPaths, pathText, type JsonPath } from '../../../app/payload/numbers';

/** A number of a topic that can be drawn. */
export interface ChartSource {
  /** The path as text that tells paths apart; the value of a menu. */
  readonly key: string;
  readonly path: JsonPath;
  readonly label: string;
  /** Drawn as steps between false and true. */
  readonly boolean: boolean;
  /** What the message is about, rather than one number among many. */
  readonly main: boolean;
}

/** A menu with more numbers than this can't be read. */
const MOST_SOURCES = 200;

/** The numbers that a message offers to draw, the one it is about first. */
export function chartSources(shown: Viewed): readonly ChartSource[] {
  // The engine charts payloads as they came; what has to be decoded first is not drawn.
  if (shown.isDecoded) return [];
  const { kind, json } = shown.detected;
  if (kind === 'number' || kind === 'boolean') return [wholePayload(kind === 'boolean')];
  if (!json?.ok) return [];
  const { value } = json;
  if (value.kind === 'string')
    return /^\s*[+-]?\.?\d/.test(value.value) ? [wholePayload(false)] : [];
  const sources = numericPaths(value, MOST_SOURCES)
    .filter(({ path }) => path.length > 0)
    .map(({ path, boolean }) => ({
      key: keyOf(path),
      path,
      label: pathText(path),
      boolean,
      main: false,
    }));
  const name = readingOfJson(value)?.name;
  const main = name === undefined ? undefined : keyOf([name]);
  return sources
    .map((source) => ({ ...source, main: source.key === main }))
    .sort((one, other) => Number(other.main) - Number(one.main));
}

/** A source for a path that was chosen before, though the message at hand has no number there. */
function sourceAt(path: JsonPath): ChartSource {
  const label = path.length === 0 ? 'Payload' : pathText(path);
  return { key: keyOf(path), path, label, boolean: false, main: true };
}

function wholePayload(boolean: boolean): ChartSource {
  return { ...sourceAt([]), boolean };
}

function keyOf(path: JsonPath): string {
  return JSON.stringify(path);
}

/** The numbers to choose from and the chosen one: what was chosen before stays on offer and chosen. */
export function chooseSource(
  offered: readonly ChartSource[],
  remembered: JsonPath | undefined,
): { readonly sources: readonly ChartSource[]; readonly source: ChartSource | undefined } {
  if (!remembered) return { sources: offered, source: offered[0] };
  const key = keyOf(remembered);
  const known = offered.find((source) => source.key === key);
  if (known) return { sources: offered, source: known };
  const source = sourceAt(remembered);
  return { sources: [source, ...offered], source };
}
