import type { ChartWhat, PanelSeries, SeriesForm } from '../../app/contract-charts';
import { escapeHidden } from '../../app/payload/escape';
import { digitsApart, formatNumber } from '../../app/payload/format';
import { pathText } from '../../app/payload/numbers';

/** What is drawn of a topic, in words; empty for the whole payload. */
export function whatWords(what: ChartWhat): string {
  switch (what.kind) {
    case 'value':
      return escapeHidden(pathText(what.path));
    case 'metric':
      return escapeHidden(what.name);
    case 'rate':
      return what.below ? 'rate with all below' : 'rate';
  }
}

/** A line's name: the topic, and what of it is drawn. */
export function lineName({ topic, what }: Pick<PanelSeries, 'topic' | 'what'>): string {
  const words = whatWords(what);
  const name = topic === '' ? '(all topics)' : escapeHidden(topic);
  return words === '' ? name : `${name} · ${words}`;
}

/** A value as a person reads it: a number with its unit, true and false, a word. */
export function valueWords(
  value: number | null,
  form: SeriesForm,
  words: readonly string[],
  unit: string,
  digits?: number,
): string {
  if (value === null || Number.isNaN(value)) return '–';
  if (form === 'boolean') return String(value !== 0);
  if (form === 'words') return escapeHidden(words[value] ?? '–');
  const number = formatNumber(value, digits);
  return unit === '' ? number : `${number} ${unit}`;
}

/** The digits with which the figures of a line tell its lowest value from its highest. */
export function figureDigits(
  figures: { readonly minimum: number | null; readonly maximum: number | null } | null,
): number | undefined {
  if (figures === null || figures.minimum === null || figures.maximum === null) return undefined;
  return digitsApart(figures.minimum, figures.maximum);
}
