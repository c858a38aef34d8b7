import { pixelColumns } from '../../app/chart/pixel-columns';
import { firstAt, unbroken } from '../../app/chart/track';
import { timeTicks } from '../../app/time/ticks';
import { paintLane } from './paint-lane';
import {
  AXIS_WIDTH,
  layoutOf,
  parted,
  yOf,
  type Area,
  type PlotLayout,
  type PlotLook,
  type PlotScene,
  type SceneLine,
  type ValueScale,
} from './plot-scene';

const TICK_PX = 92;
/** Single values are marked while there is room between them. */
const MARK_PX = 10;
/** From the edge of the plot to its numbers. */
const OUTSIDE_PX = 8;
/** A number that stands in the plot has its line below it. */
const INSIDE_ABOVE_PX = 7;
/** From a number to its unit below it. */
const UNIT_BELOW_PX = 13;
const HATCH_PX = 6;
const LINE_PX = 1.5;
/** With more points than this a pixel, a line is drawn by columns: stroking all of its turns takes many times as long. */
const DENSE = 0.6;

/** Draws a plot; the canvas is `scale` device px for each CSS px. Returns where things stand. */
export function paintPlot(
  context: CanvasRenderingContext2D,
  look: PlotLook,
  scene: PlotScene,
  scale: number,
): PlotLayout {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, scene.width, scene.height);
  return drawPlot(context, look, scene);
}

/** The same without clearing, where the context stands: also for a picture. */
export function drawPlot(
  context: CanvasRenderingContext2D,
  look: PlotLook,
  scene: PlotScene,
): PlotLayout {
  const layout = layoutOf(scene);
  const painter = new Painter(context, look, scene, layout);
  painter.timeAxis();
  if (layout.left) painter.valueAxis(layout.left, 'left');
  if (layout.right) painter.valueAxis(layout.right, 'right');
  painter.gaps();
  painter.lines();
  return layout;
}

class Painter {
  private readonly usPerPx: number;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly look: PlotLook,
    private readonly scene: PlotScene,
    private readonly layout: PlotLayout,
  ) {
    const { left, right } = layout.area;
    this.usPerPx = (scene.span.toUs - scene.span.fromUs) / (right - left);
  }

  timeAxis(): void {
    const { context, look, scene } = this;
    const { area } = this.layout;
    context.font = look.font;
    context.textBaseline = 'alphabetic';
    context.textAlign = 'center';
    const most = Math.max(1, Math.floor((area.right - area.left) / TICK_PX));
    for (const { timeUs, label, strong } of timeTicks(scene.span, most)) {
      const x = this.x(timeUs);
      context.fillStyle = look.grid;
      context.fillRect(Math.round(x), area.top, 1, area.bottom - area.top);
      context.fillStyle = strong ? look.soft : look.faint;
      const half = context.measureText(label).width / 2;
      const centre = Math.max(half + 2, Math.min(scene.width - half - 2, x));
      context.fillText(label, centre, area.bottom + 15);
    }
    context.fillStyle = look.line;
    context.fillRect(area.left, area.bottom, area.right - area.left, 1);
  }

  valueAxis(scale: ValueScale, side: 'left' | 'right'): void {
    const { context, look } = this;
    const { numbers } = this.layout;
    context.font = look.font;
    context.textBaseline = 'middle';
    const isLeft = side === 'left';
    // Labels that the axis has no room for stand in the plot, above their lines: cut off they would say another number.
    const isInside = scale.ticks.some(({ label }) => !this.fits(label));
    context.textAlign = isLeft === isInside ? 'left' : 'right';
    const outside = isInside ? -OUTSIDE_PX : OUTSIDE_PX;
    const x = isLeft ? numbers.left - outside : numbers.right + outside;
    const hasGrid = side === 'left' || this.layout.left === null;
    for (const [index, { value, label }] of scale.ticks.entries()) {
      const y = yOf(scale, numbers, value);
      context.fillStyle = look.grid;
      if (hasGrid) context.fillRect(numbers.left, Math.round(y), numbers.right - numbers.left, 1);
      context.fillStyle = look.faint;
      const labelY = isInside ? y - INSIDE_ABOVE_PX : y;
      if (index === scale.ticks.length - 1) this.topLabel(label, scale.unit, x, labelY);
      else context.fillText(label, x, labelY);
    }
  }

  /** The topmost number has the unit: behind it where there is room, else below it; one that is longer stands in the legend only. */
  private topLabel(label: string, unit: string, x: number, y: number): void {
    const { context } = this;
    const both = unit === '' ? label : `${label} ${unit}`;
    if (this.fits(both)) {
      context.fillText(both, x, y);
      return;
    }
    context.fillText(label, x, y);
    if (this.fits(unit)) context.fillText(unit, x, y + UNIT_BELOW_PX);
  }

  private fits(text: string): boolean {
    return this.context.measureText(text).width <= AXIS_WIDTH - OUTSIDE_PX - 2;
  }

  /** A hatched ground: nothing can be said of values there. */
  gaps(): void {
    const { context, look } = this;
    const { area } = this.layout;
    for (const gap of this.scene.gaps) {
      const from = Math.max(area.left, this.x(gap.fromUs));
      const to = Math.min(area.right, Math.max(this.x(gap.toUs), this.x(gap.fromUs) + 2));
      if (to <= from) continue;
      context.save();
      context.beginPath();
      context.rect(from, area.top, to - from, area.bottom - area.top);
      context.clip();
      context.globalAlpha = 0.06;
      context.fillStyle = look.gap;
      context.fill();
      context.globalAlpha = 0.22;
      context.strokeStyle = look.gap;
      context.lineWidth = 1;
      this.hatch({ ...area, left: from, right: to });
      context.restore();
    }
  }

  lines(): void {
    const { context, layout } = this;
    for (const lane of layout.lanes) {
      paintLane(context, this.look, lane.line, lane.area, this.scene);
    }
    context.save();
    context.beginPath();
    const { numbers } = layout;
    context.rect(
      numbers.left - 1,
      numbers.top - 4,
      numbers.right - numbers.left + 2,
      numbers.bottom - numbers.top + 8,
    );
    context.clip();
    for (const line of this.scene.lines) {
      const scale = line.axis === 'left' ? layout.left : layout.right;
      if (scale && line.frame.form === 'number') this.line(line, scale);
    }
    context.restore();
  }

  private line(line: SceneLine, scale: ValueScale): void {
    const { context, scene } = this;
    const { frame, colour } = line;
    const { timesUs } = frame;
    const from = Math.max(0, firstAt(timesUs, scene.span.fromUs) - 1);
    const end = Math.min(timesUs.length, firstAt(timesUs, scene.span.toUs + 1) + 1);
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = LINE_PX;
    context.lineJoin = 'round';
    const parts = unbroken(frame, from, end, line.gaps, line.isRate);
    context.beginPath();
    const dense = (this.layout.area.right - this.layout.area.left) * DENSE;
    for (const part of parts) {
      if (part[1] - part[0] > dense) this.columns(frame, part, scale);
      else this.trace(frame, part, scale);
    }
    this.reachOut(line, parts, scale);
    context.stroke();
    const isSparse =
      (end - from) * MARK_PX < this.layout.area.right - this.layout.area.left && end - from < 400;
    for (const [begun, ended] of parts) {
      if (isSparse || ended - begun === 1) this.marks(line, begun, ended, scale);
    }
  }

  private trace(
    { timesUs, values }: SceneLine['frame'],
    [from, end]: readonly [number, number],
    scale: ValueScale,
  ): void {
    const { context } = this;
    const { numbers } = this.layout;
    context.moveTo(this.x(timesUs[from] ?? 0), yOf(scale, numbers, values[from] ?? 0));
    for (let at = from + 1; at < end; at++) {
      context.lineTo(this.x(timesUs[at] ?? 0), yOf(scale, numbers, values[at] ?? 0));
    }
  }

  /** What a crowd of points covers, a column of pixels at a time. */
  private columns(
    frame: SceneLine['frame'],
    [from, end]: readonly [number, number],
    scale: ValueScale,
  ): void {
    const { context } = this;
    const { numbers } = this.layout;
    const width = Math.ceil(numbers.right - numbers.left) + 1;
    const { lows, highs } = pixelColumns(
      frame,
      from,
      end,
      width,
      (timeUs) => this.x(timeUs) - numbers.left,
    );
    for (let column = 0; column < width; column++) {
      const low = lows[column] ?? NaN;
      if (Number.isNaN(low)) continue;
      const bottom = yOf(scale, numbers, low);
      const top = yOf(scale, numbers, highs[column] ?? low);
      const height = Math.max(LINE_PX, bottom - top);
      context.fillRect(numbers.left + column, (top + bottom - height) / 2, 1, height);
    }
  }

  /** To the nearest points that are not here, so that a line does not end at the edge of what was asked for. */
  private reachOut(
    { frame, gaps }: SceneLine,
    parts: ReadonlyArray<readonly [number, number]>,
    scale: ValueScale,
  ): void {
    const { context } = this;
    const { numbers } = this.layout;
    const { before, after, timesUs, values } = frame;
    const [first] = parts;
    const last = parts.at(-1);
    const reach = (fromUs: number, value: number, toUs: number, to: number): void => {
      if (Number.isNaN(value) || Number.isNaN(to) || parted(gaps, fromUs, toUs)) return;
      context.moveTo(this.x(fromUs), yOf(scale, numbers, value));
      context.lineTo(this.x(toUs), yOf(scale, numbers, to));
    };
    if (before && first?.[0] === 0) {
      reach(before.timeUs, before.value, timesUs[0] ?? 0, values[0] ?? NaN);
    }
    const at = timesUs.length - 1;
    if (after && last?.[1] === timesUs.length) {
      reach(timesUs[at] ?? 0, values[at] ?? NaN, after.timeUs, after.value);
    }
    if (before && after && timesUs.length === 0) {
      reach(before.timeUs, before.value, after.timeUs, after.value);
    }
  }

  private marks(line: SceneLine, from: number, end: number, scale: ValueScale): void {
    const { context } = this;
    const { timesUs, values } = line.frame;
    context.beginPath();
    for (let at = from; at < end; at++) {
      const x = this.x(timesUs[at] ?? 0);
      const y = yOf(scale, this.layout.numbers, values[at] ?? 0);
      context.moveTo(x + 2.5, y);
      context.arc(x, y, 2.5, 0, 2 * Math.PI);
    }
    context.fill();
  }

  private hatch({ left, right, top, bottom }: Area): void {
    const { context } = this;
    const height = bottom - top;
    context.beginPath();
    // Aligned to the whole plot, so that the pattern stays where it is while the gap moves through it.
    const begin = Math.floor((left - height) / HATCH_PX) * HATCH_PX;
    for (let x = begin; x < right; x += HATCH_PX) {
      context.moveTo(x, bottom);
      context.lineTo(x + height, top);
    }
    context.stroke();
  }

  private x(timeUs: number): number {
    return this.layout.area.left + (timeUs - this.scene.span.fromUs) / this.usPerPx;
  }
}
