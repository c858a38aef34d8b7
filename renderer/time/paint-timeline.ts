import type { TimelineFrame, TimelineGap, TimelineSession } from '../../app/contract-time';
import { barShare } from '../../app/time/density';
import { xOf, type Span } from '../../app/time/span';
import { timeTicks } from '../../app/time/ticks';
import { unrecorded } from '../../app/time/unrecorded';

/** The strip from top to bottom, px: the flags of marks, the bars, the sessions, the axis. */
export const STRIP_HEIGHT = 55;
export const FLAGS_HEIGHT = 14;
const BARS_TOP = 15;
const BARS_HEIGHT = 23;
const SESSIONS_TOP = 40;
const AXIS_BASE = 51;
/** Room at both ends, so that what stands at the very end is not cut. */
export const EDGE = 8;
/** Labels of the axis stand at least so far apart. */
const TICK_PX = 84;
const LABELS_APART_PX = 8;
/** Anything that is missing can be seen, however short it was. */
const GAP_PX = 3;
const HATCH_PX = 5;

export interface TimelineLook {
  readonly bar: string;
  readonly text: string;
  readonly strongText: string;
  readonly line: string;
  readonly session: string;
  readonly bad: string;
  readonly pruned: string;
  readonly live: string;
  readonly past: string;
  readonly font: string;
}

/** Reads the theme's colours: a canvas does not know style variables. */
export function timelineLook(element: Element): TimelineLook {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    bar: colour('--accent'),
    text: colour('--faint'),
    strongText: colour('--soft'),
    line: colour('--line-strong'),
    session: colour('--line-strong'),
    bad: colour('--bad'),
    pruned: colour('--faint'),
    live: colour('--good'),
    past: colour('--past'),
    font: `10.5px ${colour('--font-sans')}`,
  };
}

export interface TimelineScene {
  readonly width: number;
  readonly span: Span;
  readonly frame: TimelineFrame;
  /** From the first stored message to the end: what could have been recorded. */
  readonly recorded: Span;
  /** Where the playhead stands. */
  readonly headUs: number;
  readonly isPast: boolean;
  /** Whether the right end is now and messages may come. */
  readonly isLive: boolean;
  /** Where the pointer is; null when it is elsewhere. */
  readonly hoverX: number | null;
}

/** Draws the whole strip. The canvas is `scale` device px for each CSS px. */
export function paintTimeline(
  context: CanvasRenderingContext2D,
  look: TimelineLook,
  scene: TimelineScene,
  scale: number,
): void {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, scene.width, STRIP_HEIGHT);
  const strip = new Strip(context, look, scene, scale);
  strip.axis();
  strip.sessions();
  strip.unrecorded();
  strip.gaps();
  strip.bars();
  strip.hover();
  strip.playhead();
}

class Strip {
  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly look: TimelineLook,
    private readonly scene: TimelineScene,
    private readonly scale: number,
  ) {}

  axis(): void {
    const { context, look, scene } = this;
    context.font = look.font;
    context.textBaseline = 'alphabetic';
    context.textAlign = 'center';
    const most = Math.max(1, Math.floor(this.inner / TICK_PX));
    let freeFrom = 0;
    for (const { timeUs, label, strong } of timeTicks(scene.span, most)) {
      const x = this.x(timeUs);
      context.fillStyle = look.line;
      context.globalAlpha = strong ? 0.9 : 0.45;
      context.fillRect(this.crisp(x), BARS_TOP - 1, this.hair, SESSIONS_TOP - BARS_TOP + 1);
      context.globalAlpha = 1;
      context.fillStyle = strong ? look.strongText : look.text;
      const half = context.measureText(label).width / 2;
      const centre = Math.max(half + 2, Math.min(scene.width - half - 2, x));
      // One that was moved in from the edge may have come too near.
      if (centre - half < freeFrom) continue;
      context.fillText(label, centre, AXIS_BASE);
      freeFrom = centre + half + LABELS_APART_PX;
    }
  }

  sessions(): void {
    this.context.fillStyle = this.look.session;
    for (const session of this.scene.frame.sessions) this.session(session);
  }

  /** Where no session ran: a flat ground with a broken line in the middle. */
  unrecorded(): void {
    const { context, look, scene } = this;
    context.fillStyle = look.pruned;
    for (const part of unrecorded(scene.recorded, scene.frame.sessions)) {
      const from = this.crisp(Math.max(EDGE - 2, this.x(part.fromUs)));
      const to = this.crisp(Math.min(scene.width - EDGE + 2, this.x(part.toUs)));
      if (to - from < 1) continue;
      context.globalAlpha = 0.17;
      context.fillRect(from, BARS_TOP - 1, to - from, BARS_HEIGHT + 2);
      context.globalAlpha = 0.9;
      for (let x = from + 2; x < to - 2; x += 7) {
        context.fillRect(x, BARS_TOP + BARS_HEIGHT / 2 - 0.5, Math.min(4, to - x), 1);
      }
    }
    context.globalAlpha = 1;
  }

  gaps(): void {
    // What was removed on purpose lies below what was lost.
    const [removed, missing] = [
      this.scene.frame.gaps.filter(isRemoved),
      this.scene.frame.gaps.filter((gap) => !isRemoved(gap)),
    ];
    for (const gap of [...removed, ...missing]) this.gap(gap);
  }

  bars(): void {
    const { context, look, scene } = this;
    const { frame } = scene;
    const most = this.most();
    context.fillStyle = look.bar;
    for (let index = 0; index < frame.counts.length; index += 1) {
      const count = frame.counts[index] ?? 0;
      if (count <= 0) continue;
      const fromUs = frame.fromUs + index * frame.stepUs;
      const isAhead = scene.isPast && fromUs > scene.headUs;
      context.globalAlpha = isAhead ? 0.28 : scene.isPast ? 0.9 : 0.7;
      this.bar(fromUs, fromUs + frame.stepUs, barShare(count, most));
    }
    context.globalAlpha = 1;
  }

  hover(): void {
    const { context, look, scene } = this;
    if (scene.hoverX === null) return;
    context.fillStyle = look.strongText;
    context.globalAlpha = 0.5;
    context.fillRect(this.crisp(scene.hoverX), FLAGS_HEIGHT, this.hair, SESSIONS_TOP - 12);
    context.globalAlpha = 1;
  }

  playhead(): void {
    const { context, look, scene } = this;
    const x = this.x(scene.headUs);
    if (x < 0 || x > scene.width) return;
    const colour = scene.isPast ? look.past : scene.isLive ? look.live : look.text;
    context.fillStyle = colour;
    const width = Math.max(2, Math.round(2 * this.scale) / this.scale);
    context.fillRect(this.crisp(x - width / 2), BARS_TOP - 3, width, SESSIONS_TOP - BARS_TOP + 5);
    if (!scene.isPast) return;
    context.beginPath();
    context.moveTo(x - 5, BARS_TOP - 7);
    context.lineTo(x + 5, BARS_TOP - 7);
    context.lineTo(x + 5, BARS_TOP - 3);
    context.lineTo(x, BARS_TOP + 2);
    context.lineTo(x - 5, BARS_TOP - 3);
    context.closePath();
    context.fill();
  }

  private get inner(): number {
    return this.scene.width - 2 * EDGE;
  }

  /** The thinnest line of the screen, CSS px. */
  private get hair(): number {
    return Math.max(1, Math.round(this.scale)) / this.scale;
  }

  private x(timeUs: number): number {
    return EDGE + xOf(this.scene.span, this.inner, timeUs);
  }

  /** On a device px. */
  private crisp(x: number): number {
    return Math.round(x * this.scale) / this.scale;
  }

  private most(): number {
    let most = 0;
    for (const count of this.scene.frame.counts) most = Math.max(most, count);
    return most;
  }

  private bar(fromUs: number, toUs: number, share: number): void {
    const left = Math.round(this.x(fromUs) * this.scale);
    const right = Math.round(this.x(toUs) * this.scale);
    if (right < EDGE * this.scale - 4 || left > (this.scene.width - EDGE) * this.scale + 4) return;
    const between = right - left >= 3 * this.scale ? Math.round(this.scale) : 0;
    const width = Math.max(1, right - left - between) / this.scale;
    const height = Math.max(2, Math.round(share * BARS_HEIGHT * this.scale) / this.scale);
    const top = this.crisp(BARS_TOP + (BARS_HEIGHT - height) / 2);
    this.context.beginPath();
    this.context.roundRect(left / this.scale, top, width, height, Math.min(1.5, width / 3));
    this.context.fill();
  }

  private session({ startedUs, endedUs }: TimelineSession): void {
    const from = Math.max(EDGE, this.x(startedUs));
    const to = Math.min(this.scene.width - EDGE, this.x(endedUs ?? this.scene.frame.nowUs));
    if (to < EDGE || from > this.scene.width - EDGE) return;
    // Two sessions that follow each other are told apart by a px between them.
    const left = this.crisp(from);
    this.context.fillRect(left, SESSIONS_TOP, Math.max(this.hair, this.crisp(to) - left - 1), 1.5);
  }

  private gap(gap: TimelineGap): void {
    const { context, look } = this;
    const [from, to] = this.gapEdges(gap);
    if (to < EDGE || from > this.scene.width - EDGE) return;
    const left = this.crisp(Math.max(EDGE - 2, from));
    const width = Math.max(GAP_PX, this.crisp(Math.min(this.scene.width - EDGE + 2, to)) - left);
    const colour = isRemoved(gap) ? look.pruned : look.bad;
    context.fillStyle = colour;
    context.globalAlpha = isRemoved(gap) ? 0.07 : 0.13;
    context.fillRect(left, BARS_TOP - 1, width, BARS_HEIGHT + 2);
    context.globalAlpha = isRemoved(gap) ? 0.35 : 0.75;
    if (width > 2 * HATCH_PX) this.hatch(left, width, colour);
    else context.fillRect(left, BARS_TOP - 1, width, BARS_HEIGHT + 2);
    // Where the loss is known to be: a base line that no bar covers.
    context.globalAlpha = isRemoved(gap) ? 0.5 : 1;
    context.fillRect(left, SESSIONS_TOP - 0.5, width, 2);
    context.globalAlpha = 1;
  }

  private gapEdges({ fromUs, toUs }: TimelineGap): [number, number] {
    const [from, to] = [this.x(fromUs), this.x(toUs)];
    const lacking = Math.max(0, GAP_PX - (to - from)) / 2;
    return [from - lacking, to + lacking];
  }

  private hatch(left: number, width: number, colour: string): void {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(left, BARS_TOP - 1, width, BARS_HEIGHT + 2);
    context.clip();
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.beginPath();
    const height = BARS_HEIGHT + 2;
    const first = left - (left % HATCH_PX) - height;
    for (let x = first; x < left + width; x += HATCH_PX) {
      context.moveTo(x, BARS_TOP - 1 + height);
      context.lineTo(x + height, BARS_TOP - 1);
    }
    context.stroke();
    context.restore();
  }
}

/** What was stored and is gone since was there once: it is drawn fainter than what never was. */
function isRemoved({ kind }: TimelineGap): boolean {
  return kind === 'pruned' || kind === 'deleted';
}
