import type { TopicPath } from '../../app/contract';
import type { Moment, StepScope, TimeMark } from '../../app/contract-time';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';
import { clock } from '../state/clock.svelte';
import { toaster } from '../ui/toaster.svelte';
import { Playback } from './playback.svelte';
import { stepProblem } from './step-words';
import { TimelineState } from './timeline-state.svelte';

/** What the time needs from the window it is shown in. */
export interface TimeHost {
  selected(): TopicPath | null;
  scope(): StepScope['kind'];
  speed(): number;
  /** Whether it is a recorded history: it ends with its last message, not now. */
  isRecorded(): boolean;
}

/** Held keys do not pile up: so many steps may wait for the one under way. */
const MOST_WAITING = 1;

/** Which moment of one profile is in view, and the verbs that move it. */
export class TimeState {
  readonly timeline: TimelineState;
  readonly #playback: Playback;
  #atUs = $state.raw<Moment>(null);
  #stepTopic = $state.raw<TopicPath | null>(null);
  #steps: Promise<void> = Promise.resolve();
  #waitingSteps = 0;

  constructor(
    private readonly engine: EngineClient,
    readonly profileId: string,
    private readonly host: TimeHost,
  ) {
    this.timeline = new TimelineState(engine, profileId, () => !host.isRecorded());
    this.#playback = new Playback({
      speed: () => host.speed(),
      endUs: () => this.#endUs(),
      moveTo: (timeUs) => {
        this.#stepTopic = null;
        this.#move(timeUs);
      },
      ended: () => {
        this.#playedToTheEnd();
      },
    });
  }

  /** The moment in view; null is live (of a recorded history: its end). */
  get atUs(): Moment {
    return this.#atUs;
  }

  get isPast(): boolean {
    return this.#atUs !== null;
  }

  get isPlaying(): boolean {
    return this.#playback.isOn;
  }

  get isRecorded(): boolean {
    return this.host.isRecorded();
  }

  /** What ages are relative to: the moment in view, or the wall clock. ms since 1970. */
  get shownMs(): number {
    return this.#atUs === null ? clock.nowMs : this.#atUs / 1000;
  }

  /** Where the playhead stands: the moment in view, or the end. */
  get headUs(): number {
    return this.#atUs ?? this.timeline.endUs;
  }

  /** The topic whose message the last step led to; null after any other move. */
  get stepTopic(): TopicPath | null {
    return this.#stepTopic;
  }

  /** Shows the profile as it was at a moment, wall clock µs; null (and what is still to come) is live. */
  goTo(timeUs: Moment): void {
    this.#playback.stop();
    this.#stepTopic = null;
    this.#move(timeUs);
  }

  goLive(): void {
    this.goTo(null);
  }

  /** Moves the playhead by so much time, not beyond what is stored. */
  moveBy(byUs: number): void {
    const { fromUs } = this.timeline.whole;
    this.goTo(Math.max(fromUs, this.headUs + byUs));
  }

  /** Goes to the next or the previous message of what was chosen to step along. */
  step(direction: 'previous' | 'next'): void {
    if (this.#waitingSteps > MOST_WAITING) return;
    this.#waitingSteps += 1;
    this.#playback.stop();
    this.#steps = this.#steps.then(async () => {
      try {
        await this.#stepOnce(direction);
      } catch (error) {
        toaster.problem(messageOf(error));
      } finally {
        this.#waitingSteps -= 1;
      }
    });
  }

  /** What a step goes along: the choice, as far as there is a selected topic. */
  get stepScope(): StepScope {
    const path = this.host.selected();
    const kind = this.host.scope();
    return kind === 'all' || path === null ? { kind: 'all' } : { kind, path };
  }

  /** Stands still where the playhead is. */
  pause(): void {
    this.#playback.stop();
  }

  togglePlaying(): void {
    if (this.#playback.isOn) this.#playback.stop();
    else if (this.#atUs !== null) this.#playback.start(this.#atUs);
  }

  /** Marks the moment in view, or another one. */
  async mark(timeUs = this.#atUs ?? this.#endUs()): Promise<TimeMark> {
    const mark = { id: crypto.randomUUID(), timeUs, label: this.#newLabel() };
    await this.saveMark(mark);
    return mark;
  }

  /** Stores a mark; one with the same id is replaced. */
  async saveMark(mark: TimeMark): Promise<void> {
    await this.engine.calls.setMark({ profileId: this.profileId, mark });
  }

  /** Removes a mark and offers to put it back. */
  async removeMark(mark: TimeMark): Promise<void> {
    await this.engine.calls.removeMark({ profileId: this.profileId, markId: mark.id });
    toaster.show({
      text: `Mark “${mark.label}” removed`,
      lastsMs: 10_000,
      action: {
        label: 'Undo',
        run: () => {
          this.saveMark(mark).catch((error: unknown) => {
            toaster.problem(messageOf(error));
          });
        },
      },
    });
  }

  /** The nearest mark before or after the playhead. */
  neighbourMark(direction: 'previous' | 'next'): TimeMark | null {
    const { marks } = this.timeline;
    const at = this.headUs;
    return direction === 'next'
      ? (marks.find(({ timeUs }) => timeUs > at) ?? null)
      : (marks.findLast(({ timeUs }) => timeUs < at) ?? null);
  }

  goToMark(direction: 'previous' | 'next'): void {
    const mark = this.neighbourMark(direction);
    if (mark) this.goTo(mark.timeUs);
    else
      toaster.show({
        text: `There is no mark ${direction === 'next' ? 'after' : 'before'} this moment`,
        lastsMs: 3000,
      });
  }

  #move(timeUs: Moment): void {
    const isNow = timeUs === null || timeUs > this.#endUs();
    this.#atUs = isNow ? null : Math.max(0, Math.floor(timeUs));
    if (this.#atUs !== null) this.timeline.reveal(this.#atUs);
  }

  /** Read anew, not from the clock of the page, which moves once a second: a message of just now is past. */
  #endUs(): number {
    return this.host.isRecorded() ? this.timeline.endUs : (Date.now() + 1) * 1000;
  }

  async #stepOnce(direction: 'previous' | 'next'): Promise<void> {
    const { profileId, stepScope: scope } = this;
    const atUs = this.#atUs;
    const found = await this.engine.calls.stepMessage({ profileId, scope, atUs, direction });
    // Moved on meanwhile: the step began somewhere else.
    if (this.#atUs !== atUs) return;
    if (!found) {
      toaster.show({ text: stepProblem(scope, direction), lastsMs: 4000 });
      return;
    }
    this.#move(found.timeUs);
    this.#stepTopic = found.topic;
  }

  #newLabel(): string {
    const taken = new Set(this.timeline.marks.map(({ label }) => label));
    let number = this.timeline.marks.length + 1;
    while (taken.has(`Mark ${String(number)}`)) number += 1;
    return `Mark ${String(number)}`;
  }

  #playedToTheEnd(): void {
    this.#move(null);
    const text = this.host.isRecorded() ? 'Played to the end of the recording' : 'Played until now';
    toaster.show({ text, lastsMs: 3000 });
  }
}
