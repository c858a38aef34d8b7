import { figuresIn } from '../../app/chart/track';
import { formatTimeUs } from '../../app/payload/format';
import { shell } from '../shell-client';
import { app } from '../state/app.svelte';
import { valueWords } from './line-words';
import { drawPlot } from './paint-plot';
import { type PlotLook, type PlotScene, type SceneLine } from './plot-scene';

const SCALE = 2;
const EDGE = 18;
const HEAD_HEIGHT = 46;
const ROW_HEIGHT = 20;
const FIGURE_WIDTH = 120;
const LEAST_WIDTH = 640;
const LEAST_HEIGHT = 240;

/** Saves a chart as it is shown, light or dark, with its title, its times and its lines. */
export async function savePicture(title: string, scene: PlotScene, look: PlotLook): Promise<void> {
  const width = Math.max(LEAST_WIDTH, scene.width);
  const height = Math.max(LEAST_HEIGHT, scene.height);
  const rows = scene.lines.length * ROW_HEIGHT;
  const canvas = document.createElement('canvas');
  canvas.width = (width + 2 * EDGE) * SCALE;
  canvas.height = (HEAD_HEIGHT + height + rows + 2 * EDGE) * SCALE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The picture could not be drawn: there is no canvas.');
  context.setTransform(SCALE, 0, 0, SCALE, 0, 0);
  context.fillStyle = look.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(EDGE, EDGE);
  paintHead(context, look, title, scene);
  context.translate(0, HEAD_HEIGHT);
  drawPlot(context, look, { ...scene, width, height });
  context.translate(0, height + 8);
  paintLegend(context, look, { ...scene, width });
  const bytes = await pngOf(canvas);
  const suggestedName = `${title.replace(/[^\p{L}\p{N}._ -]/gu, '_').slice(0, 80)}.png`;
  if (await shell.saveFile({ suggestedName, bytes })) {
    app.toasts.show({ text: 'Picture saved', lastsMs: 2000 });
  }
}

function paintHead(
  context: CanvasRenderingContext2D,
  look: PlotLook,
  title: string,
  { span }: PlotScene,
): void {
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
  context.fillStyle = look.text;
  context.font = look.font.replace('11px', '600 15px');
  context.fillText(title, 0, 14);
  context.fillStyle = look.soft;
  context.font = look.font;
  context.fillText(`${timeText(span.fromUs)} – ${timeText(span.toUs)}`, 0, 32);
}

function paintLegend(context: CanvasRenderingContext2D, look: PlotLook, scene: PlotScene): void {
  for (const [index, line] of scene.lines.entries()) {
    const y = index * ROW_HEIGHT + 10;
    context.fillStyle = line.colour;
    context.fillRect(0, y - 4, 9, 9);
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.font = look.font;
    context.fillStyle = look.text;
    const side = line.axis === 'right' ? ' (right axis)' : '';
    const room = scene.width - 16 - 4 * FIGURE_WIDTH;
    context.fillText(`${line.label}${side}`, 16, y, room);
    paintFigures(context, look, scene, line, y);
  }
}

function paintFigures(
  context: CanvasRenderingContext2D,
  look: PlotLook,
  { width, span }: PlotScene,
  { frame, unit }: SceneLine,
  y: number,
): void {
  const { last, minimum, maximum, average } = figuresIn(frame, span);
  const words = (value: number | null): string => valueWords(value, frame.form, frame.words, unit);
  const figures =
    frame.form === 'number'
      ? [words(last), `min ${words(minimum)}`, `max ${words(maximum)}`, `avg ${words(average)}`]
      : [words(last)];
  context.textAlign = 'right';
  for (const [index, figure] of figures.entries()) {
    context.fillStyle = index === 0 ? look.text : look.soft;
    context.fillText(figure, width - (3 - index) * FIGURE_WIDTH, y, FIGURE_WIDTH - 8);
  }
}

function timeText(timeUs: number): string {
  return formatTimeUs(Math.round(timeUs)).slice(0, -4);
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Uint8Array> {
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (!blob) throw new Error('The picture could not be made: it may be too large.');
  return new Uint8Array(await blob.arrayBuffer());
}
