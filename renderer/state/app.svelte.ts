import type {
  PublishDraft,
  SecretStorage,
  ShellEvent,
  ThemeChoice,
  TopicPath,
  UiState,
} from '../../app/contract';
import type { PopOut } from '../../app/contract-pop-out';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';
import { nearestSpeed } from '../../app/time/playing';
import { createEngineClient, listenForEnginePorts } from '../engine-client';
import { chooseArchive } from '../archives/open-archive';
import { DecodingState } from '../decoding/decoding-state.svelte';
import { RowPreviews } from '../decoding/row-previews.svelte';
import { chooseImport } from '../files/choose-import';
import { announceReady, onShellEvent, shell } from '../shell-client';
import { TimeState } from '../time/time-state.svelte';
import { ReplayState } from '../replay/replay-state.svelte';
import { toaster } from '../ui/toaster.svelte';
import { RecordingsState } from '../past/recordings-state.svelte';
import { vault } from '../profiles/vault/vault-state.svelte';
import { clock } from './clock.svelte';
import { overlays } from './overlays.svelte';
import { ProfilesState } from './profiles.svelte';
import { ThemeState } from './theme.svelte';
import { TreeState } from './tree.svelte';
import { UiStore } from './ui-store.svelte';

export type Page =
  'connections' | 'topics' | 'messages' | 'packets' | 'broker' | 'charts' | 'history' | 'replay';

export type EngineHealth =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'failed'; readonly message: string };

/** What the window is about: one per window, imported by whoever needs it. */
export class AppState {
  readonly engine: EngineClient = createEngineClient();
  readonly toasts = toaster;
  readonly theme = new ThemeState();
  readonly profiles = new ProfilesState(this.engine);
  readonly recordings = new RecordingsState(this.engine);
  readonly decoding: DecodingState = new DecodingState(this.engine, {
    stepsOf: (profileId, topic) => this.#ui.decoderOf(profileId, topic),
    setSteps: (profileId, topic, steps) => {
      this.#ui.setDecoder(profileId, topic, steps);
    },
  });
  readonly rowPreviews = new RowPreviews(this.engine, this.decoding);
  readonly replay = new ReplayState(this.engine, () => {
    this.show('replay');
  });
  readonly #ui = new UiStore();
  readonly #trees = new Map<string, TreeState>();
  readonly #times = new Map<string, TimeState>();
  #page = $state.raw<Page>('connections');
  #health = $state.raw<EngineHealth>({ kind: 'starting' });
  #version = $state.raw('');
  #secretStorage = $state.raw<SecretStorage>('session-only');
  #vaultLocked = $state.raw(false);
  #popOut: PopOut | null = null;

  /** Loads what was remembered, then opens the way to the engine. */
  async start(): Promise<void> {
    onShellEvent((event) => {
      this.#receive(event);
    });
    listenForEnginePorts(this.engine, () => {
      this.#health = { kind: 'running' };
    });
    const startup = await shell.startup();
    this.#version = startup.version;
    this.#secretStorage = startup.secretStorage;
    this.#vaultLocked = startup.vaultLocked;
    vault.storage = startup.secretStorage;
    if (startup.vaultLocked) vault.ask('unlock');
    this.#ui.load(startup.ui);
    this.theme.choose(startup.ui.theme);
    this.#popOut = startup.popOut;
    const active = startup.popOut?.profileId ?? startup.activeProfile ?? startup.ui.activeProfile;
    if (active !== null) this.activate(active);
    if (startup.popOut) this.select(startup.popOut.topic);
    for (const warning of startup.warnings) {
      toaster.show({ text: warning, tone: 'warn', lastsMs: null });
    }
    this.profiles.open();
    this.recordings.open();
    this.replay.open();
    this.decoding.open();
    announceReady();
    // A link may have come before anybody listened.
    for (const link of await shell.waitingLinks()) overlays.addLink(link);
  }

  get version(): string {
    return this.#version;
  }

  /** The one topic that this window is about; null in the main window. */
  get popOut(): PopOut | null {
    return this.#popOut;
  }

  get secretStorage(): SecretStorage {
    return this.#secretStorage;
  }

  /** Whether secrets stand in a vault that waits for its passphrase. */
  get vaultLocked(): boolean {
    return this.#vaultLocked;
  }

  get health(): EngineHealth {
    return this.#health;
  }

  /** The layout and choices that are remembered. */
  get ui(): UiState {
    return this.#ui.state;
  }

  updateUi(change: Partial<UiState>): void {
    this.#ui.update(change);
  }

  chooseTheme(choice: ThemeChoice): void {
    this.theme.choose(choice);
    this.#ui.update({ theme: choice });
  }

  /** The profile whose topics are shown, or null. */
  get activeProfile(): string | null {
    return this.#ui.state.activeProfile;
  }

  get page(): Page {
    if (this.#page === 'replay') return this.#page;
    const gone = this.profiles.loaded && this.profiles.find(this.activeProfile) === null;
    return this.activeProfile === null || gone ? 'connections' : this.#page;
  }

  /** Shows a profile's topics (or messages, packets, broker or charts, where those are shown); null goes back to the list of connections. */
  activate(profileId: string | null): void {
    const { page } = this;
    const stays =
      page === 'messages' || page === 'packets' || page === 'broker' || page === 'charts';
    const shown = stays ? page : 'topics';
    this.#page = profileId === null ? 'connections' : shown;
    if (profileId !== this.activeProfile) this.#ui.update({ activeProfile: profileId });
  }

  show(page: Page): void {
    this.#page = page;
  }

  /** The selected topic of the active profile. */
  get selected(): TopicPath | null {
    return this.activeProfile === null ? null : this.#ui.selectedOf(this.activeProfile);
  }

  /** Selects a topic of the active profile, or nothing. */
  select(path: TopicPath | null): void {
    if (this.activeProfile === null || path === this.selected) return;
    this.#ui.setSelected(this.activeProfile, path);
  }

  /** Selects a topic and brings it into sight in the tree, expanding what hides it. */
  async reveal(path: TopicPath): Promise<void> {
    if (this.activeProfile === null) return;
    this.select(path);
    await this.treeOf(this.activeProfile).reveal(path);
  }

  selectedOf(profileId: string): TopicPath | null {
    return this.#ui.selectedOf(profileId);
  }

  /** The tree of a profile: its scroll position and filter outlive a change of the profile. */
  treeOf(profileId: string): TreeState {
    const known = this.#trees.get(profileId);
    if (known) return known;
    const tree = new TreeState(this.engine, profileId, {
      selected: () => this.#ui.selectedOf(profileId),
      select: (path) => {
        this.#ui.setSelected(profileId, path);
      },
      sort: () => this.ui.treeSort,
      atUs: () => this.timeOf(profileId).atUs,
    });
    this.#trees.set(profileId, tree);
    return tree;
  }

  /** Whether stored topics of the active profile are still being read. */
  get isLoading(): boolean {
    return this.activeProfile !== null && this.treeOf(this.activeProfile).isLoading;
  }

  /** Which moment of a profile is in view. */
  timeOf(profileId: string): TimeState {
    const known = this.#times.get(profileId);
    if (known) return known;
    const time = new TimeState(this.engine, profileId, {
      selected: () => this.#ui.selectedOf(profileId),
      scope: () => this.ui.stepScope,
      speed: () => nearestSpeed(this.ui.playSpeed),
      isRecorded: () => (this.profiles.find(profileId)?.archive ?? null) !== null,
    });
    this.#times.set(profileId, time);
    return time;
  }

  /** Which moment of the active profile is in view; null without one. */
  get time(): TimeState | null {
    return this.activeProfile === null ? null : this.timeOf(this.activeProfile);
  }

  /** What ages are relative to: the moment in view, or the wall clock. ms since 1970. */
  get shownMs(): number {
    return this.time?.shownMs ?? clock.nowMs;
  }

  /** Leads to a stored message in its place in time: the profile's topics as they were then, the topic selected. */
  async showMoment(profileId: string, topic: TopicPath, timeUs: number): Promise<void> {
    this.activate(profileId);
    this.timeOf(profileId).goTo(timeUs);
    await this.reveal(topic);
  }

  /** The viewer that was chosen for a topic by hand; null for the automatic one. */
  viewerOf(profileId: string, topic: TopicPath): string | null {
    return this.#ui.viewerOf(profileId, topic);
  }

  setViewer(profileId: string, topic: TopicPath, viewer: string | null): void {
    this.#ui.setViewer(profileId, topic, viewer);
  }

  /** The number that was chosen for the chart of a topic; null for the first one it offers. */
  chartPathOf(profileId: string, topic: TopicPath): ReadonlyArray<string | number> | null {
    return this.#ui.chartPathOf(profileId, topic);
  }

  setChartPath(profileId: string, topic: TopicPath, path: ReadonlyArray<string | number>): void {
    this.#ui.setChartPath(profileId, topic, path);
  }

  /** The unsent publish form of a profile. "Publish here" in the tree changes its topic. */
  draftOf(profileId: string): PublishDraft | null {
    return this.#ui.draftOf(profileId);
  }

  setDraft(profileId: string, draft: PublishDraft): void {
    this.#ui.setDraft(profileId, draft);
  }

  /** Copies a text and says so: `what` as in "Topic copied". */
  async copy(text: string, what = 'Text'): Promise<void> {
    try {
      await shell.copyText({ text });
      toaster.show({ text: `${what} copied`, lastsMs: 2000 });
    } catch (error) {
      toaster.problem(`${what} could not be copied: ${messageOf(error)}`);
    }
  }

  /** Runs something a person asked for; a failure is shown in words. */
  async attempt<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      toaster.problem(messageOf(error));
      return null;
    }
  }

  #receive(event: ShellEvent): void {
    switch (event.kind) {
      case 'theme':
        this.theme.setSystem(event.dark);
        return;
      case 'engine-lost':
        this.engine.detach();
        this.replay.engineLost();
        this.#health = { kind: 'lost' };
        return;
      case 'engine-restarted':
        toaster.show({
          text: 'The engine had stopped and was started again. Open connections come back by themselves.',
          tone: 'warn',
        });
        return;
      case 'show-profile':
        this.activate(event.profileId);
        return;
      case 'vault-wanted':
        vault.ask('unlock');
        return;
      case 'secret-storage':
        this.#secretStorage = event.storage;
        this.#vaultLocked = event.vaultLocked;
        vault.storage = event.storage;
        return;
      case 'open-history':
        void chooseArchive(this);
        return;
      case 'import':
        void chooseImport(this);
        return;
      case 'import-connections':
        overlays.movingIn = { source: null };
        return;
      case 'link':
        overlays.addLink(event.link);
        return;
      case 'warning':
        toaster.show({ text: event.message, tone: 'warn', lastsMs: null });
        return;
      case 'engine-failed':
        this.engine.fail('The engine is not running. Quit MQTT Loupe and start it again.');
        this.profiles.engineGone();
        this.#health = { kind: 'failed', message: event.message };
    }
  }
}

export const app = new AppState();
