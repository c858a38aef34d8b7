import type { PublishDraft, TopicPath, UiState } from '../../app/contract';
import type { DecoderStep } from '../../app/decoding/decoded';
import { messageOf } from '../../app/errors';
import { shell } from '../shell-client';
import { toaster } from '../ui/toaster.svelte';

/** Long enough to gather a drag or typing, short enough to survive a quick quit. */
const SAVE_DELAY_MS = 300;
/** The limits of the schema in `app/contract-schemas.ts`; the oldest go first. */
const MOST_VIEWERS = 2000;
const MOST_CHART_PATHS = 1000;
const MOST_PER_PROFILE = 1000;

export const INITIAL_TREE_WIDTH = 340;
export const INITIAL_PUBLISH_WIDTH = 300;
export const INITIAL_DETAIL_SHARES = { beside: 0.42, below: 0.55 };

const INITIAL: UiState = {
  theme: 'system',
  treeWidth: INITIAL_TREE_WIDTH,
  publishWidth: INITIAL_PUBLISH_WIDTH,
  publishOpen: true,
  detailShares: INITIAL_DETAIL_SHARES,
  activeProfile: null,
  treeSort: 'name',
  detailTab: 'value',
  selected: [],
  viewers: [],
  decoders: [],
  diffLayout: 'unified',
  chartSpanMs: 900_000,
  chartPaths: [],
  timelineOpen: true,
  stepScope: 'all',
  playSpeed: 1,
  recentQueries: [],
  foldedFolders: [],
  moveInDismissed: false,
  drafts: [],
};

/** What the window remembers: changed at once here, saved a moment later by main. */
export class UiStore {
  #state = $state.raw<UiState>(INITIAL);
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    window.addEventListener('pagehide', () => {
      this.#saveNow();
    });
  }

  get state(): UiState {
    return this.#state;
  }

  load(state: UiState): void {
    this.#state = state;
  }

  update(change: Partial<UiState>): void {
    this.#state = { ...this.#state, ...change };
    this.#timer ??= setTimeout(() => {
      this.#saveNow();
    }, SAVE_DELAY_MS);
  }

  selectedOf(profileId: string): TopicPath | null {
    return this.#state.selected.find(([id]) => id === profileId)?.[1] ?? null;
  }

  setSelected(profileId: string, path: TopicPath | null): void {
    const others = this.#state.selected.filter(([id]) => id !== profileId);
    const selected = path === null ? others : [...others, [profileId, path] as const];
    this.update({ selected: selected.slice(-MOST_PER_PROFILE) });
  }

  viewerOf(profileId: string, topic: TopicPath): string | null {
    const found = this.#state.viewers.find(([id, path]) => id === profileId && path === topic);
    return found?.[2] ?? null;
  }

  setViewer(profileId: string, topic: TopicPath, viewer: string | null): void {
    const others = this.#state.viewers.filter(([id, path]) => id !== profileId || path !== topic);
    const viewers = viewer === null ? others : [...others, [profileId, topic, viewer] as const];
    this.update({ viewers: viewers.slice(-MOST_VIEWERS) });
  }

  decoderOf(profileId: string, topic: TopicPath): readonly DecoderStep[] | null {
    const found = this.#state.decoders.find(([id, path]) => id === profileId && path === topic);
    return found?.[2] ?? null;
  }

  setDecoder(profileId: string, topic: TopicPath, steps: readonly DecoderStep[] | null): void {
    const others = this.#state.decoders.filter(([id, path]) => id !== profileId || path !== topic);
    const decoders = steps === null ? others : [...others, [profileId, topic, steps] as const];
    this.update({ decoders: decoders.slice(-MOST_VIEWERS) });
  }

  chartPathOf(profileId: string, topic: TopicPath): ReadonlyArray<string | number> | null {
    const found = this.#state.chartPaths.find(([id, path]) => id === profileId && path === topic);
    return found?.[2] ?? null;
  }

  setChartPath(profileId: string, topic: TopicPath, path: ReadonlyArray<string | number>): void {
    const others = this.#state.chartPaths.filter(
      ([id, name]) => id !== profileId || name !== topic,
    );
    const chartPaths = [...others, [profileId, topic, path] as const];
    this.update({ chartPaths: chartPaths.slice(-MOST_CHART_PATHS) });
  }

  draftOf(profileId: string): PublishDraft | null {
    return this.#state.drafts.find(([id]) => id === profileId)?.[1] ?? null;
  }

  setDraft(profileId: string, draft: PublishDraft): void {
    const others = this.#state.drafts.filter(([id]) => id !== profileId);
    this.update({ drafts: [...others, [profileId, draft] as const].slice(-MOST_PER_PROFILE) });
  }

  #saveNow(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    shell.saveUi({ ui: this.#state }).catch((error: unknown) => {
      toaster.problem(`The window's layout could not be saved: ${messageOf(error)}`);
    });
  }
}
