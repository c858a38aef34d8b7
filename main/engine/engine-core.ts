import { join } from 'node:path';
import { version } from '../../package.json';
import type { ProfileSummary } from '../../app/contract';
import type { DamagedHistory } from '../../app/contract-manage';
import type { SecretName } from '../../app/secret';
import { LoupeError, messageOf } from '../../app/errors';
import { BUILT_IN_ID, defaultProfileFields, type Profile } from '../../app/profile';
import { EngineServer } from '../../app/rpc/server';
import type { Port, ToEngine, ToRenderer } from '../../app/rpc/wire';
import { Archives } from './archives';
import { engineCalls } from './calls';
import { ChartDesk } from './charts/chart-desk';
import { Clock } from './clock';
import { BuiltIn } from './demo/built-in';
import { DeletedProfiles, UNDO_MS } from './deleted-profiles';
import { PublishDesk } from './desk/publish-desk';
import type { EngineOptions } from './engine-options';
import { viewOpeners, type ViewNeeds } from './engine-views';
import { FileJobs, type HistoryPlace } from './files/file-jobs';
import { DecodingDesk } from './decoding/decoding-desk';
import { readOnlyError } from './history/archived-history';
import type { History } from './history/history';
import { openHistoryOrBegin } from './history-file';
import { MemoryFile } from './memory-file';
import { MoveIn } from './move-in/move-in';
import { PayloadParts } from './payload-parts';
import type { ProfileRuntime } from './profile-runtime';
import { lookAtUrl, profileOfUrl, type UrlLook, type UrlProfile } from './profile-of-url';
import { Recordings } from './recordings/recordings';
import type { RetainedSets } from './retained/retained-sets';
import { ProfileStore } from './profile-store';
import { EngineReplay } from './replay/engine-replay';
import type { ReplayDesk } from './replay/replay-desk';
import { Runtimes } from './runtimes';
import { KeptFiles } from './tls/kept-files';

/** A view's frame clock: about 30 frames a second; a view that was just changed does not wait for it. */
const TICK_MS = 33;
/** What one run of a program saw, for its last line. */
export interface EngineSummary {
  readonly topics: number;
  readonly received: number;
  readonly stored: number;
}

/** The engine: profiles, connections, trees, history and the views on them. Plain Node, no Electron. */
export class EngineCore {
  readonly profiles: ProfileStore;
  readonly memory: MemoryFile;
  readonly history: History;
  readonly archives: Archives;
  readonly recordings: Recordings;
  /** Copies of certificates and keys. */
  readonly keptFiles: KeptFiles;
  /** Folder of the bundles of the history's threads. */
  readonly threads: string;
  private readonly historyFile: string;
  private damaged: DamagedHistory | null;
  readonly files: FileJobs;
  readonly decoding: DecodingDesk;
  readonly payloads = new PayloadParts((profileId, id, maxBytes) =>
    this.runtime(profileId).upToDate().message(profileId, id, maxBytes),
  );
  readonly desk: PublishDesk;
  readonly charts: ChartDesk;
  readonly moveIn: MoveIn;
  private readonly builtIn: BuiltIn;
  private readonly deleted: DeletedProfiles;
  private readonly replaying: EngineReplay;
  private readonly clock = new Clock();
  private readonly runtimes: Runtimes;
  private readonly servers = new Set<EngineServer>();
  /** What ends when the window closes, in words. */
  private readonly underWay = new Map<'replay' | 'jobs', string | null>();
  private ticker: NodeJS.Timeout | null = null;
  private stateVersion = 0;
  private closing = false;

  constructor(private readonly options: EngineOptions) {
    this.profiles = new ProfileStore(options.home, options.warn);
    this.keptFiles = new KeptFiles(options.home);
    this.memory = new MemoryFile(options.home, options.warn);
    this.builtIn = new BuiltIn({
      ...{ file: options.demoFile, warn: options.warn },
      save: (profile) => this.saveProfile(profile),
    });
    const opened = openHistoryOrBegin(join(options.home, 'history.db'), options);
    this.history = opened.history;
    this.historyFile = opened.file;
    this.damaged = opened.damaged;
    this.threads = options.threads ?? __dirname;
    this.runtimes = new Runtimes({
      ...{ engine: options, profiles: this.profiles, history: this.history },
      ...{ memory: this.memory, clock: this.clock },
      marksOf: (profileId) => this.replaying.echoesOf(profileId).marks,
      onState: ({ profile, state }) => {
        this.recordings.connectionChanged(profile.id, state.kind === 'connected');
        this.connectionsChanged();
      },
      onBatch: (profileId, batch, nodes) => {
        this.recordings.take(profileId, batch, (index) => nodes[index]?.path ?? '');
      },
    });
    this.profiles.adopt(this.history.describedProfiles());
    this.deleted = new DeletedProfiles({
      ...{ profiles: this.profiles, history: this.history, warn: options.warn },
      letGo: (profileId) => {
        this.runtimes.letGo(profileId);
      },
      onGone: (profileId, profile) => {
        this.gone(profileId, profile);
      },
    });
    for (const profileId of this.profiles.deleted) this.deleted.forget(profileId);
    this.archives = new Archives({
      ...options,
      threads: options.threads,
      memory: this.memory,
      clock: this.clock,
      nameOf: (path) => this.recordings.nameOf(path),
      onChange: () => {
        this.stateVersion += 1;
      },
      ...(options.archiveLookMs === undefined ? {} : { lookMs: options.archiveLookMs }),
    });
    this.recordings = new Recordings({
      ...options,
      threads: this.threads,
      nowUs: () => this.clock.nowUs(),
      onChange: () => {
        this.stateVersion += 1;
      },
      onDelete: (path) => this.archives.forget(path),
    });
    this.replaying = new EngineReplay({
      history: this.history,
      historyFile: this.historyFile,
      threads: this.threads,
      archives: this.archives,
      runtime: (profileId) => this.runtime(profileId),
      onReplay: (words) => {
        this.underWay.set('replay', words);
        this.tellUnderWay();
      },
    });
    void this.archives.reopen();
    this.applyAgeLimits();
    this.decoding = new DecodingDesk({
      ...{ home: options.home, threads: this.threads, warn: options.warn },
      runtime: (profileId) => this.runtime(profileId),
    });
    this.desk = new PublishDesk({
      ...{ home: options.home, warn: options.warn, decoding: this.decoding },
      runtime: (profileId) => this.runtime(profileId),
      onRunning: (words) => {
        this.underWay.set('jobs', words);
        this.tellUnderWay();
      },
    });
    this.moveIn = new MoveIn({
      threads: this.threads,
      profiles: () => this.profiles.all,
      save: (profile) => this.saveProfile(profile),
      secret: options.secret,
      keepSecret: options.keepSecret ?? (() => Promise.reject(noSecrets())),
      keepFile: (path, bytes) => this.keptFiles.keepBytes(path, bytes),
    });
    this.files = new FileJobs({
      ...{ home: options.home, warn: options.warn },
      threads: this.threads,
      program: `MQTT Loupe ${version}`,
      placeOf: (profileId) => this.placeOf(profileId),
      open: (file) => this.archives.open(file),
    });
    this.charts = new ChartDesk({
      ...{ home: options.home, threads: this.threads, warn: options.warn },
      runtime: (profileId) => this.runtime(profileId),
      placeOf: (profileId) => this.pastOf(profileId),
      decoding: this.decoding,
      files: this.files,
    });
  }

  /** Serves one window. Returns how to stop. */
  attach(port: Port<ToRenderer, ToEngine>): () => void {
    const openers = viewOpeners(this, this.viewNeeds);
    const server = new EngineServer(port, engineCalls(this), openers, () => performance.now());
    this.servers.add(server);
    this.ticker ??= setInterval(() => {
      for (const one of this.servers) one.tick();
    }, TICK_MS);
    return () => {
      server.close();
      this.servers.delete(server);
      if (this.servers.size > 0 || this.ticker === null) return;
      clearInterval(this.ticker);
      this.ticker = null;
    };
  }

  get home(): string {
    return this.options.home;
  }

  /** A secret of a profile; undefined when there is none. */
  secret(profileId: string, name: SecretName): Promise<string | undefined> {
    return this.options.secret(profileId, name);
  }

  get replay(): ReplayDesk {
    return this.replaying.desk;
  }

  /** A profile in use; made when it is first asked for. Throws `not-found`. */
  runtime(profileId: string): ProfileRuntime {
    const known = this.runtimes.find(profileId) ?? this.archives.runtime(profileId);
    return known ?? this.runtimes.use(profileId);
  }

  /** What its broker retains, as a set. */
  retainedOf(runtime: ProfileRuntime): RetainedSets {
    return this.runtimes.retainedOf(runtime);
  }

  async connect(profileId: string): Promise<void> {
    if (profileId === BUILT_IN_ID) await this.builtIn.prepare();
    await this.runtime(profileId).connect();
  }

  /** Starts the built-in broker and connects to it. */
  async openDemo(): Promise<string> {
    await this.builtIn.prepare();
    const runtime = this.runtime(BUILT_IN_ID);
    if (!this.memory.expansion(BUILT_IN_ID)) runtime.tree.expansion.setAll(true);
    await runtime.connect();
    return BUILT_IN_ID;
  }

  /** See `profileOfUrl`. */
  profileOfUrl(url: string, once = false): UrlProfile {
    const save = (profile: Profile): void => {
      this.saveProfile(profile);
    };
    return profileOfUrl(url, this.profiles, save, once);
  }

  /** What a URL would open. @throws LoupeError `invalid-argument` */
  lookAtUrl(url: string): UrlLook {
    return lookAtUrl(url, this.profiles);
  }

  /** Once, when the program has started: what was opened once is gone, and what connects at start does. */
  begin(connects: boolean): void {
    for (const { id, organisation } of this.profiles.all) {
      if (!organisation.once) continue;
      this.profiles.remove(id);
      this.deleted.forget(id);
    }
    this.stateVersion += 1;
    if (!connects) return;
    for (const { id, name, organisation } of this.profiles.all) {
      if (!organisation.connectAtStart) continue;
      this.connect(id).catch((error: unknown) => {
        this.options.warn(`“${name}” could not be connected at start: ${messageOf(error)}`);
      });
    }
  }

  /** Where a profile's past stands: the file, and the id it goes by there. */
  pastOf(profileId: string): { readonly file: string; readonly profileId: string } {
    return this.archives.sourceOf(profileId) ?? { file: this.historyFile, profileId };
  }

  /** Copies what can be read of a damaged history into a recording. @throws LoupeError `not-found` */
  repair(path: string): string {
    if (this.damaged?.path !== path) {
      throw new LoupeError('not-found', `No damaged history is known at ${path}.`);
    }
    const profile = { ...defaultProfileFields(), id: 'repaired', name: 'Repaired history' };
    const recordingId = this.recordings.repair(path, profile);
    this.damaged = null;
    return recordingId;
  }

  dismissDamage(path: string): void {
    if (this.damaged?.path === path) this.damaged = null;
  }

  saveProfile(profile: Profile): Profile {
    if (this.archives.runtime(profile.id)) throw readOnlyError('It cannot be edited');
    const before = this.profiles.find(({ id }) => id === profile.id);
    const saved = this.profiles.save(profile);
    if (before) this.releaseFiles(before);
    this.runtimes.find(profile.id)?.edited(saved);
    this.stateVersion += 1;
    return saved;
  }

  /** Takes a profile away; it can be brought back for `UNDO_MS`, then its history goes too. */
  async deleteProfile(profileId: string): Promise<number> {
    this.desk.forget(profileId);
    await this.runtimes.find(profileId)?.disconnect();
    await this.recordings.stopOf(profileId);
    this.profiles.remove(profileId);
    this.deleted.forgetLater(profileId);
    this.connectionsChanged();
    return UNDO_MS;
  }

  restoreProfile(profileId: string): void {
    this.deleted.restore(profileId);
    this.stateVersion += 1;
  }

  listChanged(): void {
    this.stateVersion += 1;
  }

  summary(): EngineSummary {
    const sum = { topics: 0, received: 0, stored: 0 };
    for (const runtime of this.runtimes.all) {
      runtime.upToDate();
      const status = runtime.status(performance.now());
      sum.topics += status.topics;
      sum.received += status.received;
      sum.stored += status.stored;
    }
    return sum;
  }

  /** Stores everything that has arrived and closes all connections and files. */
  async close(): Promise<void> {
    this.closing = true;
    this.deleted.close();
    if (this.ticker !== null) clearInterval(this.ticker);
    await this.files.close();
    this.desk.close();
    await this.charts.close();
    this.payloads.close();
    await this.decoding.close();
    for (const server of this.servers) server.close();
    await this.replay.close();
    await this.runtimes.close();
    await this.builtIn.stop();
    await this.recordings.close();
    await this.archives.closeAll();
    this.profiles.flush();
    this.memory.flush();
    await this.history.close();
  }

  private get viewNeeds(): ViewNeeds {
    return {
      clock: this.clock,
      secret: this.options.secret,
      surroundings: () => this.runtimes.surroundings,
      listVersion: () => this.stateVersion,
      list: () => ({
        profiles: [
          ...this.profiles.all.map((profile) => this.summaryOf(profile)),
          ...this.archives.summaries,
        ],
        recentHistories: this.archives.recentPaths,
      }),
      damaged: () => this.damaged,
      stateOf: (profileId) => this.runtimes.find(profileId)?.state ?? null,
    };
  }

  private tellUnderWay(): void {
    const words = [...this.underWay.values()].filter((one) => one !== null);
    this.options.onReplay?.(words.length === 0 ? null : words.join(' '));
  }

  /** Where a profile's messages stand, all that have arrived. */
  private async placeOf(profileId: string): Promise<HistoryPlace> {
    const place = this.pastOf(profileId);
    if (place.file === this.historyFile) await this.runtime(profileId).upToDate().settled();
    return place;
  }

  private summaryOf(profile: Profile): ProfileSummary {
    const totals = this.history.totals(profile.id);
    return {
      profile,
      state: this.runtimes.find(profile.id)?.state ?? { kind: 'disconnected' },
      builtIn: profile.id === BUILT_IN_ID,
      storedMessages: totals.stored - totals.pruned,
      archive: null,
      recording: this.recordings.activeOf(profile.id),
    };
  }

  private releaseFiles({ tls }: Profile): void {
    this.keptFiles.release(tls, this.profiles.withDeleted).catch((error: unknown) => {
      this.options.warn(`A copy of a certificate could not be deleted: ${messageOf(error)}`);
    });
  }

  /** Time passes for profiles that are not used, too. */
  private applyAgeLimits(): void {
    if (this.options.historyBytes !== undefined) return;
    for (const { id, historyGigabytes, historyDays } of this.profiles.all) {
      if (historyDays === null) continue;
      this.history.limit(id, historyGigabytes * 1e9, historyDays * 86_400_000);
    }
  }

  private connectionsChanged(): void {
    this.stateVersion += 1;
    if (this.closing) return;
    this.replaying.connectionsChanged(this.runtimes.all);
    this.desk.connectionsChanged();
    const busy = [...this.runtimes.all].filter((runtime) => runtime.busy);
    this.options.onConnected(busy.map((runtime) => runtime.profile.id));
  }

  /** A deleted profile is gone, with its history. */
  private gone(profileId: string, profile: Profile | undefined): void {
    if (profile) this.releaseFiles(profile);
    this.memory.forget(profileId);
    this.charts.panels.forget(profileId);
    this.options.onProfileGone(profileId);
  }
}

function noSecrets(): LoupeError {
  return new LoupeError('secret-unavailable', 'Passwords cannot be kept here.');
}
