import type { CursorReading } from '../../app/chart/track';
import type { ChartAxis } from '../../app/contract-charts';
import type { Span } from '../../app/time/span';
import { yOf, type PlotLayout, type PlotLook } from './plot-scene';

export interface CursorScene {
  readonly width: number;
  readonly height: number;
  readonly span: Span;
  readonly layout: PlotLayout;
  /** The stretch that is being selected, px. */
  readonly selection: { readonly from: number; readonly to: number } | null;
  readonly timeUs: number | null;
  readonly dots: ReadonlyArray<
    CursorReading & { readonly colour: string; readonly axis: ChartAxis }
  >;
  readonly scale: number;
}

/** Draws what goes along with the pointer: the cursor, a dot on each line and its band, the selection. */
export function paintCursor(
  context: CanvasRenderingContext2D,
  look: PlotLook,
  scene: CursorScene,
): void {
  const { width, height, span, layout, selection, timeUs, dots, scale } = scene;
  const { left, right, top, bottom } = layout.area;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const x = (us: number): number =>
    left + ((us - span.fromUs) / (span.toUs - span.fromUs)) * (right - left);
  if (selection) {
    context.fillStyle = look.soft;
    context.globalAlpha = 0.15;
    context.fillRect(selection.from, top, selection.to - selection.from, bottom - top);
    context.globalAlpha = 1;
  }
  if (timeUs === null) return;
  context.fillStyle = look.faint;
  context.fillRect(Math.round(x(timeUs)), top, 1, bottom - top);
  for (const dot of dots) {
    const valueScale = dot.axis === 'left' ? layout.left : layout.right;
    const at = x(dot.timeUs);
    if (!valueScale || at < left - 4 || at > right + 4) continue;
    const y = (value: number): number => yOf(valueScale, layout.numbers, value);
    context.fillStyle = dot.colour;
    context.globalAlpha = 0.5;
    context.fillRect(at - 1.5, y(dot.high), 3, Math.max(0, y(dot.low) - y(dot.high)));
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(at, y(dot.value), 4, 0, 2 * Math.PI);
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = look.surface;
    context.stroke();
  }
}
