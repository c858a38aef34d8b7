import { getContext, setContext } from 'svelte';
import type { JsonValue } from '../../app/payload/json';
import type { JsonPath } from '../../app/payload/numbers';
import { memberOf } from '../../app/chart/candidates';
import type { ChartWhat } from '../../app/contract-charts';

const KEY = Symbol('chart this value');

/** Adds what stands at a place of a topic's document to a chart. */
export type ChartThis = (what: ChartWhat) => void;

/** For the viewers below: whose values they show. */
export function offerChart(chartThis: ChartThis): void {
  setContext(KEY, chartThis);
}

/** Undefined where what is shown is no topic's. */
export function chartThis(): ChartThis | undefined {
  return getContext<ChartThis | undefined>(KEY);
}

/** What a place of a document is to a chart: a Sparkplug metric goes by its name. Null for what can't be drawn. */
export function whatAt(root: JsonValue, path: JsonPath, value: JsonValue): ChartWhat | null {
  if (value.kind === 'object' || value.kind === 'array') return null;
  const [list, place, member] = path;
  const metrics = list === 'metrics' && path.length === 3 ? memberOf(root, list) : undefined;
  if (metrics?.kind === 'array' && typeof place === 'number' && member === 'value') {
    const name = memberOf(metrics.values[place], 'name');
    if (name?.kind === 'string') return { kind: 'metric', name: name.value };
  }
  return { kind: 'value', path };
}
