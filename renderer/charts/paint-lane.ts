import { firstAt, type ChartGap } from '../../app/chart/track';
import { escapeHidden } from '../../app/payload/escape';
import type { Area, PlotLook, PlotScene, SceneLine } from './plot-scene';

const TEXT_APART_PX = 12;
/** How strongly a word's ground is filled; each word has its own. */
const SHADES = [0.5, 0.24, 0.36, 0.14, 0.43, 0.3, 0.2];

/** A state that holds from one value to the next. */
interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
  readonly value: number;
}

/** Draws states as a lane: truth values as steps, words as blocks. */
export function paintLane(
  context: CanvasRenderingContext2D,
  look: PlotLook,
  line: SceneLine,
  area: Area,
  { span, nowUs }: Pick<PlotScene, 'span' | 'nowUs'>,
): void {
  const x = (timeUs: number): number => {
    const share = (timeUs - span.fromUs) / (span.toUs - span.fromUs);
    return Math.max(area.left, Math.min(area.right, area.left + share * (area.right - area.left)));
  };
  let named = -Infinity;
  for (const { fromUs, toUs, value } of stretches(line, span, nowUs)) {
    const [from, to] = [x(fromUs), Math.max(x(toUs), x(fromUs) + 1)];
    if (line.frame.form === 'boolean') paintFlag(context, line.colour, area, from, to, value !== 0);
    else {
      paintWord(context, line.colour, area, from, to, value);
      const word = escapeHidden(line.frame.words[value] ?? '');
      if (nameStretch(context, look, word, area, Math.max(from, named), to)) named = to;
    }
  }
  paintLabel(context, look, line, area);
}

/** The states in view, each until the next one, a gap, or the end of time. */
export function stretches(line: SceneLine, span: PlotScene['span'], nowUs: number): Stretch[] {
  const { timesUs, values, before, after, toUs } = line.frame;
  const from = Math.max(0, firstAt(timesUs, span.fromUs) - 1);
  const end = Math.min(timesUs.length, firstAt(timesUs, span.toUs + 1));
  const found: Stretch[] = [];
  const hold = (fromUs: number, value: number, untilUs: number): void => {
    if (Number.isNaN(value)) return;
    const last = found.at(-1);
    if (last?.value === value && last.toUs === fromUs) {
      found[found.length - 1] = { ...last, toUs: untilGap(line.gaps, fromUs, untilUs) };
      return;
    }
    found.push({ fromUs, toUs: untilGap(line.gaps, fromUs, untilUs), value });
  };
  const endUs = Math.min(after ? Infinity : Math.max(toUs, nowUs), nowUs);
  if (before && from === 0) hold(before.timeUs, before.value, timesUs[0] ?? endUs);
  for (let at = from; at < end; at++) {
    hold(timesUs[at] ?? 0, values[at] ?? NaN, timesUs[at + 1] ?? after?.timeUs ?? endUs);
  }
  return found;
}

function untilGap(gaps: readonly ChartGap[], fromUs: number, toUs: number): number {
  const gap = gaps.find((one) => one.fromUs >= fromUs && one.fromUs < toUs);
  return gap ? gap.fromUs : toUs;
}

function paintFlag(
  context: CanvasRenderingContext2D,
  colour: string,
  { top, bottom }: Area,
  from: number,
  to: number,
  isTrue: boolean,
): void {
  context.fillStyle = colour;
  const y = isTrue ? top : bottom - 2;
  context.globalAlpha = 0.28;
  if (isTrue) context.fillRect(from, top, to - from, bottom - top);
  context.globalAlpha = 1;
  context.fillRect(from, y, to - from, 2);
  context.fillRect(from, top, 1, isTrue ? bottom - top : 0);
}

function paintWord(
  context: CanvasRenderingContext2D,
  colour: string,
  { top, bottom }: Area,
  from: number,
  to: number,
  value: number,
): void {
  context.fillStyle = colour;
  context.globalAlpha = SHADES[value % SHADES.length] ?? 0.3;
  context.fillRect(from, top, to - from, bottom - top);
  context.globalAlpha = 1;
  context.fillRect(from, top, 1, bottom - top);
}

function nameStretch(
  context: CanvasRenderingContext2D,
  look: PlotLook,
  word: string,
  { top, bottom }: Area,
  from: number,
  to: number,
): boolean {
  context.font = look.font;
  if (to - from < TEXT_APART_PX + 8) return false;
  const width = context.measureText(word).width;
  if (width > to - from - TEXT_APART_PX) return false;
  context.fillStyle = look.text;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(word, from + 6, (top + bottom) / 2);
  return true;
}

/** In the place of an axis: which values are where. */
function paintLabel(
  context: CanvasRenderingContext2D,
  look: PlotLook,
  { frame, colour }: SceneLine,
  { left, top, bottom }: Area,
): void {
  context.fillStyle = colour;
  context.fillRect(left - 4, top, 2, bottom - top);
  if (frame.form !== 'boolean' || bottom - top < 20) return;
  context.font = look.font;
  context.fillStyle = look.faint;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText('true', left - 8, top + 6);
  context.fillText('false', left - 8, bottom - 5);
}
