import type { ChartPanel } from '../../app/contract-charts';
import { lineName } from './line-words';

/** What a person calls a chart, or what it shows. */
export function panelName({ title, series }: ChartPanel): string {
  if (title !== '') return title;
  const [first, ...others] = series;
  if (!first) return 'Empty chart';
  return others.length === 0
    ? lineName(first)
    : `${lineName(first)} and ${String(others.length)} more`;
}
