import type { TimeState } from './time-state.svelte';

/** What a press of an arrow moves by, px of the strip. */
const STEP_PX = 4;
const LONG_STEP_PX = 40;
/** What PageUp and PageDown move by: a part of the strip. */
const PAGE_SHARE = 0.1;
export const ZOOM_FACTOR = 1.6;

/** What the timeline's keys do beside moving. */
export interface TimelineVerbs {
  readonly mark: () => void;
}

/** Does what a key means on the timeline (WAI-ARIA slider pattern, and more); false when it means nothing there. */
export function pressTimelineKey(
  event: KeyboardEvent,
  time: TimeState,
  verbs: TimelineVerbs,
): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return move(event, time) || zoom(event, time) || act(event, time, verbs);
}

function move(event: KeyboardEvent, time: TimeState): boolean {
  const px = event.shiftKey ? LONG_STEP_PX : STEP_PX;
  const { timeline } = time;
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      time.moveBy(-timeline.timeOf(px));
      return true;
    case 'ArrowRight':
    case 'ArrowUp':
      time.moveBy(timeline.timeOf(px));
      return true;
    case 'PageDown':
      time.moveBy(-timeline.timeOf(timeline.width * PAGE_SHARE));
      return true;
    case 'PageUp':
      time.moveBy(timeline.timeOf(timeline.width * PAGE_SHARE));
      return true;
    case 'Home':
      time.goTo(timeline.whole.fromUs);
      return true;
    case 'End':
      time.goLive();
      return true;
    default:
      return false;
  }
}

function zoom(event: KeyboardEvent, { timeline, headUs }: TimeState): boolean {
  switch (event.key) {
    case '+':
    case '=':
      timeline.zoom(headUs, 1 / ZOOM_FACTOR);
      timeline.reveal(headUs);
      return true;
    case '-':
      timeline.zoom(headUs, ZOOM_FACTOR);
      return true;
    case '0':
      timeline.fitAll();
      return true;
    default:
      return false;
  }
}

function act(event: KeyboardEvent, time: TimeState, { mark }: TimelineVerbs): boolean {
  switch (event.key) {
    case ' ':
      time.togglePlaying();
      return true;
    case 'm':
    case 'M':
      mark();
      return true;
    case '[':
      time.goToMark('previous');
      return true;
    case ']':
      time.goToMark('next');
      return true;
    case ',':
      time.step('previous');
      return true;
    case '.':
      time.step('next');
      return true;
    default:
      return false;
  }
}
