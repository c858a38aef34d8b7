import { whatAt } from '../../charts/chart-this';
import type { Viewed } from '../topic-state.svelte';
import type { ChartWhat } from '../../../app/contract-charts';
import type { JsonValue } from '../../../app/payload/json';
import { readingOfJson } from '../../../app/payload/detect';
import { numericPaths, pathText, type JsonPath } from '../../../app/payload/numbers';

/** A number of a topic that can be drawn. */
export interface ChartSource {
  /** The path as text that tells paths apart; the value of a menu. */
  readonly key: string;
  readonly path: JsonPath;
  readonly what: ChartWhat;
  readonly label: string;
  /** What the message says of it. */
  readonly unit: string | null;
  /** Drawn as steps between false and true. */
  readonly boolean: boolean;
  /** What the message is about, rather than one number among many. */
  readonly main: boolean;
}

/** A menu with more numbers than this can't be read. */
const MOST_SOURCES = 200;

/** The numbers that a message offers to draw, the one it is about first. */
export function chartSources(shown: Viewed): readonly ChartSource[] {
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
      what: whatOf(value, path),
      label: pathText(path),
      boolean,
    }));
  const reading = readingOfJson(value);
  const main = reading === null ? undefined : keyOf([reading.name]);
  return sources
    .map((source) => {
      const isMain = source.key === main;
      return { ...source, main: isMain, unit: isMain ? (reading?.unit ?? null) : null };
    })
    .sort((one, other) => Number(other.main) - Number(one.main));
}

/** A source for a path that was chosen before, though the message at hand has no number there. */
function sourceAt(path: JsonPath): ChartSource {
  const label = path.length === 0 ? 'Payload' : pathText(path);
  const what: ChartWhat = { kind: 'value', path };
  return { key: keyOf(path), path, what, label, unit: null, boolean: false, main: true };
}

function wholePayload(boolean: boolean): ChartSource {
  return { ...sourceAt([]), boolean };
}

/** A Sparkplug metric goes by its name. */
function whatOf(root: JsonValue, path: JsonPath): ChartWhat {
  return whatAt(root, path, { kind: 'null' }) ?? { kind: 'value', path };
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
