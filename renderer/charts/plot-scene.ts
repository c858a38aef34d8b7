import {
  paddedRange,
  shareIn,
  valueTicks,
  type ValueRange,
  type ValueTick,
} from '../../app/chart/axis';
import { firstAt, type ChartGap } from '../../app/chart/track';
import type { ChartAxis, SeriesFrame } from '../../app/contract-charts';
import { PROFILE_COLOURS, type ProfileColour } from '../../app/profile-colours';
import type { Span } from '../../app/time/span';

/** A line as it is drawn. */
export interface SceneLine {
  readonly id: string;
  readonly label: string;
  /** As a canvas takes it. */
  readonly colour: string;
  readonly unit: string;
  readonly axis: ChartAxis;
  /** Quiet seconds are counted; those of a gap are not. */
  readonly isRate: boolean;
  readonly frame: SeriesFrame;
  /** Of its connection, sorted. */
  readonly gaps: readonly ChartGap[];
}

export interface PlotScene {
  readonly width: number;
  readonly height: number;
  readonly span: Span;
  /** Where time ends: nothing holds on beyond it. */
  readonly nowUs: number;
  readonly lines: readonly SceneLine[];
  /** Of all its connections, sorted. */
  readonly gaps: readonly ChartGap[];
  readonly hasRightAxis: boolean;
}

export interface PlotLook {
  /** Of lines. */
  readonly colours: ReadonlyMap<ProfileColour, string>;
  readonly text: string;
  readonly soft: string;
  readonly faint: string;
  readonly grid: string;
  readonly line: string;
  readonly surface: string;
  readonly gap: string;
  readonly font: string;
  readonly mono: string;
}

/** Reads the theme's colours: a canvas does not know style variables. */
export function plotLook(element: Element): PlotLook {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    colours: new Map(PROFILE_COLOURS.map((one) => [one, colour(`--profile-${one}`)])),
    ...{ text: colour('--text'), soft: colour('--soft'), faint: colour('--faint') },
    ...{ grid: colour('--line'), line: colour('--line-strong'), surface: colour('--panel') },
    gap: colour('--bad'),
    font: `11px ${colour('--font-sans')}`,
    mono: `11px ${colour('--font-mono')}`,
  };
}

export const AXIS_WIDTH = 56;
const EDGE_WIDTH = 14;
const TOP = 10;
const TIME_HEIGHT = 22;
const LANE_HEIGHT = 30;
const LANE_GAP = 6;
const TICK_PX = 30;

export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface ValueScale {
  readonly range: ValueRange;
  readonly ticks: readonly ValueTick[];
  readonly unit: string;
}

/** Where everything of a plot stands. */
export interface PlotLayout {
  readonly area: Area;
  /** Where numbers are drawn; as high as nothing when there are only states. */
  readonly numbers: Area;
  readonly lanes: ReadonlyArray<{ readonly line: SceneLine; readonly area: Area }>;
  readonly left: ValueScale | null;
  readonly right: ValueScale | null;
}

/** Left and right edge of the time of a plot that is so wide; the same for all plots of a page. */
export function timeArea(width: number, hasRightAxis: boolean): { left: number; right: number } {
  const right = width - (hasRightAxis ? AXIS_WIDTH : EDGE_WIDTH);
  return { left: AXIS_WIDTH, right: Math.max(AXIS_WIDTH + 10, right) };
}

export function layoutOf(scene: PlotScene): PlotLayout {
  const { left, right } = timeArea(scene.width, scene.hasRightAxis);
  const area = { left, right, top: TOP, bottom: Math.max(TOP + 20, scene.height - TIME_HEIGHT) };
  const states = scene.lines.filter(({ frame }) => frame.form !== 'number');
  const hasNumbers = states.length < scene.lines.length || states.length === 0;
  const room = area.bottom - area.top;
  const step = hasNumbers
    ? Math.min(LANE_HEIGHT + LANE_GAP, (room * 0.6) / Math.max(1, states.length))
    : Math.min(70, room / Math.max(1, states.length));
  const lanesTop = hasNumbers ? area.bottom - step * states.length : area.top;
  const numbers = { ...area, bottom: hasNumbers ? lanesTop - (states.length ? 4 : 0) : area.top };
  return {
    area,
    numbers,
    lanes: states.map((line, index) => ({
      line,
      area: {
        ...area,
        top: lanesTop + step * index + LANE_GAP / 2,
        bottom: lanesTop + step * (index + 1) - LANE_GAP / 2,
      },
    })),
    left: scaleOf(scene, 'left', numbers),
    right: scaleOf(scene, 'right', numbers),
  };
}

/** The numbers of one axis in view, and round values beside them. */
function scaleOf(scene: PlotScene, axis: ChartAxis, area: Area): ValueScale | null {
  const lines = scene.lines.filter((line) => line.axis === axis && line.frame.form === 'number');
  if (lines.length === 0) return null;
  let [low, high] = [Infinity, -Infinity];
  for (const { frame } of lines) {
    const { timesUs, values } = frame;
    // One more on both sides: the line goes on to it.
    const from = Math.max(0, firstAt(timesUs, scene.span.fromUs) - 1);
    const end = Math.min(timesUs.length, firstAt(timesUs, scene.span.toUs) + 1);
    for (let at = from; at < end; at++) {
      const value = values[at] ?? NaN;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const range = low <= high ? paddedRange(low, high) : { low: 0, high: 1 };
  const most = Math.max(2, Math.floor((area.bottom - area.top) / TICK_PX));
  const units = new Set(lines.map(({ unit }) => unit));
  const [unit = ''] = units;
  return { range, ticks: valueTicks(range, most), unit: units.size === 1 ? unit : '' };
}

export function yOf({ range }: ValueScale, area: Area, value: number): number {
  return area.bottom - shareIn(range, value) * (area.bottom - area.top);
}

/** Whether a gap begins between two times. */
export function parted(gaps: readonly ChartGap[], fromUs: number, toUs: number): boolean {
  return gaps.some((gap) => gap.fromUs >= fromUs && gap.fromUs < toUs);
}
