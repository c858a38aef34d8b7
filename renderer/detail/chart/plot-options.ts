import uPlot from 'uplot';
import { formatNumber, formatTime } from '../../../app/payload/format';

/** A shorter time axis would make single measurements look like a long story. */
export const SHORTEST_MS = 5_000;

export interface PlotLook {
  readonly line: string;
  readonly fill: string;
  readonly grid: string;
  readonly text: string;
  readonly surface: string;
  readonly font: string;
}

/** Reads the theme's colours: a canvas does not know style variables. */
export function plotLook(element: Element): PlotLook {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    line: colour('--accent'),
    fill: colour('--accent-faint'),
    grid: colour('--line'),
    text: colour('--faint'),
    surface: colour('--panel'),
    font: `11px ${colour('--font-sans')}`,
  };
}

export interface PlotWishes {
  readonly width: number;
  readonly height: number;
  readonly boolean: boolean;
  /** First and last second of the time axis. */
  readonly timeRange: () => [from: number, to: number];
  /** Index of the point under the cursor, or null. */
  readonly onhover: (index: number | null) => void;
}

/** uPlot's options for one line over time. */
export function plotOptions(look: PlotLook, wishes: PlotWishes): uPlot.Options {
  const axis = {
    stroke: look.text,
    font: look.font,
    grid: { stroke: look.grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width: wishes.width,
    height: wishes.height,
    padding: [10, 14, 0, 4],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 8, fill: look.line, stroke: look.surface, width: 2 },
    },
    scales: {
      x: { time: true, range: () => wishes.timeRange() },
      y: { range: wishes.boolean ? [-0.1, 1.1] : (_plot, low, high) => padded(low, high) },
    },
    axes: [
      {
        ...axis,
        size: 26,
        gap: 6,
        space: 90,
        grid: { show: false },
        values: (_plot, seconds) => clockLabels(seconds),
      },
      {
        ...axis,
        size: (_plot, labels) => axisWidth(look.font, labels),
        gap: 8,
        // A low plot still needs two or three lines to be read by.
        space: (_plot, _axis, _low, _high, height) => (height < 200 ? 28 : 48),
        values: (_plot, numbers) => numbers.map(formatNumber),
        ...(wishes.boolean ? BOOLEAN_AXIS : {}),
      },
    ],
    series: [
      {},
      {
        stroke: look.line,
        width: 1.5,
        fill: look.fill,
        points: { show: showPoints, size: 4, fill: look.line },
        ...(wishes.boolean ? steppedPaths() : {}),
      },
    ],
    hooks: {
      setCursor: [
        (plot) => {
          wishes.onhover(plot.cursor.idx ?? null);
        },
      ],
    },
  };
}

const BOOLEAN_AXIS: uPlot.Axis = {
  splits: [0, 1],
  values: () => ['false', 'true'],
};

function steppedPaths(): uPlot.Series {
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return stepped ? { paths: stepped } : {};
}

/** Room above and below the line; a constant stands in the middle. */
function padded(low: number | null, high: number | null): [number, number] {
  const from = low ?? 0;
  const to = high ?? 1;
  const room = to > from ? (to - from) * 0.12 : Math.abs(from) * 0.05 || 1;
  return [from - room, to + room];
}

/** Not the plot's own canvas, which takes its font to be what it set last. */
const ruler = document.createElement('canvas').getContext('2d');

/** As wide as its widest label, px. */
function axisWidth(font: string, labels: readonly string[] | null): number {
  if (!ruler || !labels || labels.length === 0) return 40;
  ruler.font = font;
  return Math.ceil(Math.max(...labels.map((label) => ruler.measureText(label).width))) + 20;
}

/** Single measurements are marked while there is room between them. */
function showPoints(plot: uPlot): boolean {
  return (plot.data[0]?.length ?? 0) * 12 < plot.width;
}

/** All labels of an axis alike: with seconds when one of them needs them. */
function clockLabels(seconds: readonly number[]): string[] {
  const end = seconds.every((one) => one % 60 === 0) ? 5 : 8;
  return seconds.map((one) => formatTime(one * 1000).slice(0, end));
}
