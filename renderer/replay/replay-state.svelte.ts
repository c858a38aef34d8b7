import type {
  DryRunTopic,
  PreviewedMessage,
  ReplayFrame,
  ReplayProgress,
  ReplaySettings,
} from '../../app/contract-replay';
import { messageOf } from '../../app/errors';
import { formatCount } from '../../app/payload/format';
import { DEFAULT_RULES, ruleProblems, type ReplayRules } from '../../app/replay/rules';
import { withEarlier, type EarlierReplay } from '../../app/replay/source-settings';
import type { EngineClient } from '../../app/rpc/client';
import type { Selection } from '../../app/selection';
import { toaster } from '../ui/toaster.svelte';

/** Typing is gathered before the engine is told. */
const SEND_DELAY_MS = 250;
const PREVIEWED_MESSAGES = 40;
const LISTED_TOPICS = 1_000;

const INITIAL: ReplaySettings = {
  targetId: null,
  speed: 1,
  maxPauseMs: null,
  loops: 1,
  fromUs: null,
  toUs: null,
  rules: DEFAULT_RULES,
};

/** The replay of the window: what is prepared, its settings while they are edited, and how it goes. */
export class ReplayState {
  #frame = $state.raw<ReplayFrame | null>(null);
  #settings = $state.raw<ReplaySettings>(INITIAL);
  #preview = $state.raw<readonly PreviewedMessage[] | null>(null);
  #previewProblem = $state.raw<string | null>(null);
  #topics = $state.raw<readonly DryRunTopic[]>([]);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #previewNumber = 0;
  /** The dry run whose topics are here. */
  #listed: number | null = null;

  constructor(
    private readonly engine: EngineClient,
    private readonly showPage: () => void,
  ) {}

  /** Follows the engine's replay; to be called once. */
  open(): void {
    this.engine.open(
      'replay',
      {},
      (frame) => {
        this.#take(frame);
      },
      (error) => {
        toaster.problem(`The replay is not available: ${messageOf(error)}`);
      },
    );
  }

  get frame(): ReplayFrame | null {
    return this.#frame;
  }

  /** As they are on the page; the engine has them a moment later. */
  get settings(): ReplaySettings {
    return this.#settings;
  }

  /** Null until it is there. */
  get preview(): readonly PreviewedMessage[] | null {
    return this.#preview;
  }

  get previewProblem(): string | null {
    return this.#previewProblem;
  }

  /** Of the last dry run, the ones with the most messages first. */
  get topics(): readonly DryRunTopic[] {
    return this.#topics;
  }

  /** What was set for another source, unless it is what is set now. */
  get earlier(): EarlierReplay | null {
    const earlier = this.#frame?.earlier ?? null;
    if (earlier === null) return null;
    const isUsed = JSON.stringify(earlier.settings.rules) === JSON.stringify(this.#settings.rules);
    return isUsed ? null : earlier;
  }

  /** How the last replay goes or went; null before the first. */
  get run(): ReplayProgress | null {
    return this.#frame?.run ?? null;
  }

  get isRunning(): boolean {
    const phase = this.run?.phase;
    return phase === 'playing' || phase === 'paused' || phase === 'interrupted';
  }

  /** Rule → what is wrong with it, by its place among those that are not empty. */
  get problems(): Map<string, string> {
    return ruleProblems(written(this.#settings.rules));
  }

  /** Makes a part of the past ready to be replayed and shows the page for it. */
  async prepare(selection: Selection, title: string): Promise<void> {
    try {
      this.#sendNow();
      await this.engine.calls.prepareReplay({ selection, title });
      this.#preview = null;
      this.#topics = [];
      this.showPage();
      this.#askPreview();
    } catch (error) {
      toaster.problem(messageOf(error));
    }
  }

  close(): void {
    this.#run(this.engine.calls.closeReplay());
  }

  set(change: Partial<ReplaySettings>): void {
    this.#settings = { ...this.#settings, ...change };
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#sendNow();
    }, SEND_DELAY_MS);
  }

  /** Sets for this source what was set for the one before. */
  useEarlier(): void {
    const { earlier } = this;
    if (earlier === null) return;
    const dryRun = this.#frame?.dryRun;
    const span = dryRun?.kind === 'done' ? dryRun.result : { firstUs: null, lastUs: null };
    this.set(withEarlier(this.#settings, earlier, span));
  }

  setRules(change: Partial<ReplayRules>): void {
    this.set({ rules: { ...this.#settings.rules, ...change } });
  }

  dryRun(): void {
    this.#sendNow();
    this.#run(this.engine.calls.dryRunReplay());
  }

  cancelDryRun(): void {
    this.#run(this.engine.calls.cancelDryRun());
  }

  start(confirmation: string | null): void {
    this.#sendNow();
    this.#run(this.engine.calls.startReplay({ confirmation }));
  }

  pause(): void {
    this.#run(this.engine.calls.pauseReplay());
  }

  resume(): void {
    this.#run(this.engine.calls.resumeReplay());
  }

  step(): void {
    this.#run(this.engine.calls.stepReplay());
  }

  seek(timeUs: number): void {
    this.#run(this.engine.calls.seekReplay({ timeUs }));
  }

  stop(): void {
    this.#run(this.engine.calls.stopReplay());
  }

  /** The engine stopped, and what it was replaying with it. */
  engineLost(): void {
    const { run } = this;
    if (run !== null && this.isRunning) {
      toaster.show({
        text: `The replay to “${run.targetName}” ended with the engine: ${formatCount(run.sent)} messages were sent until then. Prepare it again to go on.`,
        tone: 'warn',
        lastsMs: null,
      });
    }
    this.#frame = null;
    this.#listed = null;
  }

  #take(frame: ReplayFrame): void {
    const before = this.#frame;
    this.#frame = frame;
    const isNew = JSON.stringify(frame.prepared) !== JSON.stringify(before?.prepared);
    // Afterwards the page is where they change: a rule that is just being typed is not known there.
    if (before === null || isNew) this.#settings = frame.settings;
    if (frame.prepared !== null && isNew) this.#askPreview();
    if (frame.dryRun.kind !== 'done' || frame.dryRun.number === this.#listed) return;
    this.#listed = frame.dryRun.number;
    void this.engine.calls.dryRunTopics({ limit: LISTED_TOPICS }).then(
      (topics) => {
        this.#topics = topics;
      },
      (error: unknown) => {
        toaster.problem(messageOf(error));
      },
    );
  }

  /** Tells the engine what was edited, unless it cannot be used yet. */
  #sendNow(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.problems.size > 0) return;
    const settings = { ...this.#settings, rules: written(this.#settings.rules) };
    this.#run(this.engine.calls.setReplay({ settings }));
    this.#askPreview();
  }

  #askPreview(): void {
    const number = (this.#previewNumber += 1);
    if (!this.#frame?.prepared) return;
    if (this.problems.size > 0) return;
    const rules = written(this.#settings.rules);
    this.engine.calls.previewReplay({ rules, limit: PREVIEWED_MESSAGES }).then(
      (messages) => {
        if (number !== this.#previewNumber) return;
        this.#preview = messages;
        this.#previewProblem = null;
      },
      (error: unknown) => {
        if (number === this.#previewNumber) this.#previewProblem = messageOf(error);
      },
    );
  }

  #run(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      toaster.problem(messageOf(error));
    });
  }
}

/** The rules without rows that nothing was written into yet. */
function written(rules: ReplayRules): ReplayRules {
  const isWritten = (text: string): boolean => text !== '';
  return {
    ...rules,
    mappings: rules.mappings.filter(({ from, to }) => from + to !== ''),
    include: rules.include.filter(isWritten),
    exclude: rules.exclude.filter(isWritten),
    settings: rules.settings.filter(({ path, json }) => path + json !== ''),
    shiftTimes: rules.shiftTimes.filter(isWritten),
  };
}
