import { firstOffer } from '../../app/chart/candidates';
import type { ChartAxis, ChartCandidate, ChartWhat, PanelSeries } from '../../app/contract-charts';
import { messageOf } from '../../app/errors';
import { pathText } from '../../app/payload/numbers';
import { parseJsonPath } from '../../app/replay/json-path';
import { isSparkplugTopic } from '../../app/decoding/needs-engine';
import type { AppState } from '../state/app.svelte';
import type { LineWish } from './chart-dialogs.svelte';

export type LineKind = 'value' | 'metric' | 'rate' | 'rate-below';

/** What is typed into the dialog for a line. */
export class LineForm {
  profileId = $state('');
  topic = $state('');
  #kind = $state<LineKind>('value');
  path = $state('');
  metric = $state('');
  unit = $state('');
  axis = $state<ChartAxis>('left');
  panelId = $state<string>('');
  #candidates = $state.raw<readonly ChartCandidate[]>([]);
  #problem = $state.raw<string | null>(null);
  #isLooking = $state.raw(false);
  #asked = '';
  #isTouched: boolean;
  /** A person said what to draw. */
  #isKindChosen = false;

  constructor(
    private readonly app: AppState,
    private readonly wish: LineWish,
  ) {
    const { profileId, topic, what, panelId, editing } = wish;
    this.profileId = profileId;
    this.topic = topic;
    this.panelId = panelId ?? '';
    this.#isTouched = what !== null;
    if (what) this.choose(what);
    else if (isSparkplugTopic(topic)) this.#kind = 'metric';
    if (!editing) return;
    this.unit = editing.series.unit ?? '';
    this.axis = editing.series.axis;
  }

  get kind(): LineKind {
    return this.#kind;
  }

  /** Chosen by a person: what is found later is taken only where it is of that kind. */
  chooseKind(kind: LineKind): void {
    this.#kind = kind;
    this.#isKindChosen = true;
  }

  /** What the topic's last message offers. */
  get candidates(): readonly ChartCandidate[] {
    return this.#candidates;
  }

  /** Whether the topic's last message is being looked at. */
  get isLooking(): boolean {
    return this.#isLooking;
  }

  /** Why nothing is offered, in words; null when all is well. */
  get problem(): string | null {
    return this.#problem;
  }

  get pathProblem(): string | null {
    return parseJsonPath(this.path) === null ? 'This is no path.' : null;
  }

  /** Null while something is missing. */
  get what(): ChartWhat | null {
    switch (this.kind) {
      case 'value': {
        const path = parseJsonPath(this.path);
        return path && { kind: 'value', path };
      }
      case 'metric':
        return this.metric.trim() === '' ? null : { kind: 'metric', name: this.metric };
      case 'rate':
      case 'rate-below':
        return { kind: 'rate', below: this.kind === 'rate-below' };
    }
  }

  /** Null while something is missing. */
  get series(): PanelSeries | null {
    const { what, topic, profileId, wish } = this;
    const isBelowAll = what?.kind === 'rate' && what.below;
    if (!what || (topic === '' && !isBelowAll)) return null;
    const before = wish.editing?.series;
    return {
      id: before?.id ?? crypto.randomUUID(),
      profileId: profileId === wish.ownerId ? null : profileId,
      ...{ topic, what, axis: this.axis },
      steps: this.app.decoding.stepsOf(profileId, topic),
      colour: before?.colour ?? null,
      unit: this.unit.trim() === '' ? null : this.unit.trim(),
      isHidden: before?.isHidden ?? false,
    };
  }

  choose(what: ChartWhat): void {
    this.#isTouched = true;
    if (what.kind === 'value') this.path = pathText(what.path);
    if (what.kind === 'metric') this.metric = what.name;
    this.#kind = what.kind === 'rate' && what.below ? 'rate-below' : what.kind;
  }

  /** A person typed it: it is not changed by what is found. */
  touch(): void {
    this.#isTouched = true;
  }

  /** Asks what a topic offers, and takes what it is about. */
  async look(profileId: string, topic: string): Promise<void> {
    const asked = JSON.stringify([profileId, topic]);
    if (asked === this.#asked || topic === '') return;
    this.#asked = asked;
    this.#isLooking = true;
    try {
      const steps = this.app.decoding.stepsOf(profileId, topic);
      const found = await this.app.engine.calls.chartCandidates({ profileId, topic, steps });
      if (this.#asked !== asked) return;
      this.#candidates = found;
      this.#problem =
        found.length === 0 ? 'The last message has no number, truth value or word.' : null;
      this.#takeFirst(topic, found);
    } catch (error) {
      if (this.#asked !== asked) return;
      this.#candidates = [];
      this.#problem = messageOf(error);
    } finally {
      if (this.#asked === asked) this.#isLooking = false;
    }
  }

  #takeFirst(topic: string, found: readonly ChartCandidate[]): void {
    const first = firstOffer(found, this.#isKindChosen ? this.#kind : null);
    if (this.#isTouched || !first) return;
    const ruled = first.what.kind === 'value' && this.app.decoding.ruleOf(topic)?.chartPath;
    this.choose(ruled ? { kind: 'value', path: ruled } : first.what);
    if (!ruled && this.unit === '' && first.unit !== null) this.unit = first.unit;
    this.#isTouched = false;
  }
}
