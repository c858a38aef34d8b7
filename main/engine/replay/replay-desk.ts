import type {
  DryRunState,
  DryRunTopic,
  PreviewedMessage,
  ReplayFrame,
  ReplaySettings,
} from '../../../app/contract-replay';
import { LoupeError, messageOf } from '../../../app/errors';
import type { Profile } from '../../../app/profile';
import { DEFAULT_RULES, ruleProblems, type ReplayRules } from '../../../app/replay/rules';
import {
  isSetForSource,
  settingsForSource,
  type EarlierReplay,
} from '../../../app/replay/source-settings';
import type { Selection } from '../../../app/selection';
import type { ConnectionState } from '../../../app/connection';
import type { Connection } from '../mqtt/types';
import type { SourcePlace } from './message-source';
import { Replayer } from './replayer';
import { SourceReader } from './source-reader';

/** A profile as a replay's target. */
export interface TargetRuntime {
  readonly profile: Profile;
  readonly state: ConnectionState;
  openConnection(): Connection | null;
}

export interface ReplayDeskOptions {
  /** Folder of the bundles of the threads. */
  readonly threads: string;
  /** Where a selection is read; all that has arrived by now is stored first. Throws `not-found`. */
  readonly place: (selection: Selection) => Promise<SourcePlace>;
  /** Throws `not-found`. */
  readonly target: (profileId: string) => TargetRuntime;
  /** Expects a message back on every connection to the same broker. */
  readonly onSend: (target: Profile, topic: string, payload: Uint8Array) => void;
  /** Whether a replay is under way, and to where, in words; null when none is. */
  readonly onRunning: (words: string | null) => void;
}

export const DEFAULT_SETTINGS: ReplaySettings = {
  targetId: null,
  speed: 1,
  maxPauseMs: null,
  loops: 1,
  fromUs: null,
  toUs: null,
  rules: DEFAULT_RULES,
};

interface Prepared {
  readonly title: string;
  readonly selection: Selection;
  readonly place: SourcePlace;
  /** Reads for dry runs and previews; made when it is needed. */
  inspector: SourceReader | null;
}

interface Run {
  readonly replayer: Replayer;
  readonly reader: SourceReader;
  readonly target: TargetRuntime;
  /** What it was started with: others may be set for the next one. */
  readonly settings: ReplaySettings;
  /** Messages in all rounds, when a dry run with the same settings told so; null until then. */
  total: number | null;
}

/** The one replay of the window: what is prepared, tried and sent. */
export class ReplayDesk {
  /** Grows with every change that a view should show. */
  version = 0;
  readonly #options: ReplayDeskOptions;
  #prepared: Prepared | null = null;
  #settings = DEFAULT_SETTINGS;
  /** What the settings were made for; it stays when nothing is prepared any more. */
  #source: { readonly title: string; readonly selection: Selection } | null = null;
  #earlier: EarlierReplay | null = null;
  #dryRun: DryRunState = { kind: 'none' };
  #dryRunNumber = 0;
  /** What the dry run was made with. */
  #tried = '';
  #run: Run | null = null;
  #closed = false;

  constructor(options: ReplayDeskOptions) {
    this.#options = options;
  }

  /** The replay under way; null when none is. */
  get running(): Replayer | null {
    return this.#run !== null && !this.#run.replayer.isOver ? this.#run.replayer : null;
  }

  frame(nowMs: number): ReplayFrame {
    const prepared = this.#prepared;
    return {
      prepared: prepared && { title: prepared.title, selection: prepared.selection },
      settings: this.#settings,
      earlier: this.#earlier,
      dryRun:
        this.#dryRun.kind === 'done'
          ? { ...this.#dryRun, stale: this.#tried !== triedWith(this.#settings) }
          : this.#dryRun,
      run: this.#run && this.#progress(this.#run, nowMs),
    };
  }

  async prepare(selection: Selection, title: string): Promise<void> {
    this.#refuseWhileRunning();
    const place = await this.#options.place(selection);
    await this.letGo();
    this.#prepared = { title, selection, place, inspector: null };
    this.#settingsFor({ title, selection });
    this.dryRun();
  }

  async letGo(): Promise<void> {
    this.#refuseWhileRunning();
    const inspector = this.#prepared?.inspector;
    this.#prepared = null;
    this.#run = null;
    this.#dryRun = { kind: 'none' };
    this.#dryRunNumber += 1;
    this.version += 1;
    await inspector?.close();
  }

  set(settings: ReplaySettings): void {
    refuseProblems(settings.rules);
    const running = this.running;
    if (running !== null) {
      this.#settings = { ...this.#settings, speed: settings.speed };
      running.setSpeed(settings.speed);
    } else this.#settings = settings;
    this.version += 1;
  }

  dryRun(): void {
    const inspector = this.#inspector();
    const number = (this.#dryRunNumber += 1);
    const isCurrent = (): boolean => number === this.#dryRunNumber && !this.#closed;
    const { rules, fromUs, toUs, maxPauseMs } = this.#settings;
    const maxPauseUs = maxPauseMs === null ? null : maxPauseMs * 1_000;
    this.#tried = triedWith(this.#settings);
    this.#dryRunIs({ kind: 'running', scanned: 0 });
    inspector
      .survey({ rules, fromUs, toUs, maxPauseUs }, (scanned) => {
        if (isCurrent()) this.#dryRunIs({ kind: 'running', scanned });
      })
      .then(
        (result) => {
          if (isCurrent()) this.#dryRunIs({ kind: 'done', number, result, stale: false });
        },
        (error: unknown) => {
          if (!isCurrent()) return;
          if (this.#prepared) this.#prepared.inspector = null;
          this.#dryRunIs({ kind: 'failed', message: messageOf(error) });
        },
      );
  }

  async cancelDryRun(): Promise<void> {
    if (this.#dryRun.kind !== 'running' || !this.#prepared) return;
    const { inspector } = this.#prepared;
    this.#dryRunNumber += 1;
    this.#prepared.inspector = null;
    this.#dryRunIs({ kind: 'none' });
    await inspector?.close();
  }

  topics(limit: number): Promise<readonly DryRunTopic[]> {
    return this.#inspector().topics(limit);
  }

  preview(rules: ReplayRules, limit: number): Promise<readonly PreviewedMessage[]> {
    refuseProblems(rules);
    return this.#inspector().preview(rules, limit);
  }

  start(confirmation: string | null): void {
    this.#refuseWhileRunning();
    const { place } = this.#preparedOne();
    const target = this.#target();
    if (target.profile.production && confirmation !== target.profile.name) {
      throw new LoupeError(
        'confirmation-needed',
        `“${target.profile.name}” is marked as production. Type its name to replay to it.`,
      );
    }
    const settings = this.#settings;
    refuseProblems(settings.rules);
    const reader = new SourceReader(place, this.#options.threads);
    const replayer = new Replayer({
      reader,
      ...settings,
      connection: () => (target.state.kind === 'connected' ? target.openConnection() : null),
      onSend: (topic, payload) => {
        this.#options.onSend(target.profile, topic, payload);
      },
      onEnd: () => {
        this.version += 1;
        this.#options.onRunning(null);
        void reader.close();
      },
    });
    this.#run = { replayer, reader, target, settings, total: null };
    const isTried = this.#dryRun.kind === 'done' && this.#tried === triedWith(settings);
    if (!isTried && this.#dryRun.kind !== 'running') this.dryRun();
    this.#options.onRunning(`A replay to “${target.profile.name}” is under way.`);
    this.version += 1;
    replayer.start();
  }

  /** To be called when the state of any connection changed. */
  connectionsChanged(): void {
    if (this.running === null || this.#run === null) return;
    const { state } = this.#run.target;
    this.running.connectionChanged(problemOf(state));
    this.version += 1;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.running?.stop();
    await this.#prepared?.inspector?.close();
  }

  /** The same source once more keeps its settings; another one begins anew, and what was set can be taken over. */
  #settingsFor(source: { readonly title: string; readonly selection: Selection }): void {
    const before = this.#source;
    this.#source = source;
    if (JSON.stringify(before?.selection) === JSON.stringify(source.selection)) return;
    if (before !== null && isSetForSource(this.#settings, before.selection))
      this.#earlier = { title: before.title, settings: this.#settings };
    this.#settings = settingsForSource(this.#settings, source.selection);
  }

  #progress(run: Run, nowMs: number): ReplayFrame['run'] {
    const { replayer, target, settings } = run;
    const { loops } = settings;
    if (this.#dryRun.kind === 'done' && this.#tried === triedWith(settings) && loops !== null)
      run.total ??= this.#dryRun.result.messages * loops;
    return {
      ...replayer.progress(nowMs),
      targetId: target.profile.id,
      targetName: target.profile.name,
      total: replayer.isStraight ? run.total : null,
    };
  }

  #target(): TargetRuntime {
    const { targetId } = this.#settings;
    if (targetId === null) {
      throw new LoupeError('invalid-argument', 'Choose the connection that gets the messages.');
    }
    const target = this.#options.target(targetId);
    if (target.state.kind === 'connected') return target;
    throw new LoupeError(
      'not-connected',
      `“${target.profile.name}” is not connected. Connect it first, then begin the replay.`,
    );
  }

  #preparedOne(): Prepared {
    if (this.#prepared) return this.#prepared;
    throw new LoupeError('not-found', 'Nothing is prepared. Choose first what is to be replayed.');
  }

  #inspector(): SourceReader {
    const prepared = this.#preparedOne();
    return (prepared.inspector ??= new SourceReader(prepared.place, this.#options.threads));
  }

  #dryRunIs(state: DryRunState): void {
    this.#dryRun = state;
    this.version += 1;
  }

  #refuseWhileRunning(): void {
    if (this.running === null) return;
    throw new LoupeError(
      'replay-running',
      'A replay is under way. Wait until it is done, or stop it first.',
    );
  }
}

/** What a dry run depends on. */
function triedWith({ rules, fromUs, toUs, maxPauseMs }: ReplaySettings): string {
  return JSON.stringify([rules, fromUs, toUs, maxPauseMs]);
}

function refuseProblems(rules: ReplayRules): void {
  const problems = ruleProblems(rules);
  const [first] = problems.values();
  if (first === undefined) return;
  throw new LoupeError('invalid-argument', first, { details: Object.fromEntries(problems) });
}

function problemOf(state: ConnectionState): string {
  switch (state.kind) {
    case 'reconnecting':
    case 'failed':
      return `${state.failure.title} ${state.failure.advice}`;
    default:
      return 'The target is not connected. Connect it, and the replay goes on where it was.';
  }
}
