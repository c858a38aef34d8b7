import { durationText } from '../../app/time/time-words';
import type { ChartRange } from './chart-range.svelte';

/** `last 15 min`, or `last 40 s of 15 min` while there is no more. */
export function lastWords(range: ChartRange): string {
  const { lengthUs, chosenUs } = range;
  const isShort = lengthUs < chosenUs * 0.95;
  return `last ${durationText(lengthUs)}${isShort ? ` of ${durationText(chosenUs)}` : ''}`;
}
