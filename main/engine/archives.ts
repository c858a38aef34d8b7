import { createHash } from 'node:crypto';
import { basename, extname, isAbsolute, normalize } from 'node:path';
import * as v from 'valibot';
import type { ProfileSummary } from '../../app/contract';
import { LoupeError, messageOf } from '../../app/errors';
import {
  defaultProfileFields,
  MAX_NAME_LENGTH,
  profileProblems,
  profileSchema,
  type Profile,
} from '../../app/profile';
import { onlyPassword } from '../../app/secret';
import { ArchiveRuntime } from './archive-runtime';
import type { Clock } from './clock';
import type { ArchivedProfile } from './history/archive-queries';
import { ArchiveFile } from './history/archived-history';
import type { MemoryFile } from './memory-file';
import { RecentHistories } from './recent-histories';
import { renewTopic } from './tree/load-tree';

export interface ArchivesOptions {
  /** The data folder. */
  readonly home: string;
  /** Folder of the bundles of the history's threads. */
  readonly threads: string | undefined;
  readonly memory: MemoryFile;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** The list of what is open, or of what was opened last, is another one. */
  readonly onChange: () => void;
  /** How often it is looked whether another program has recorded more. */
  readonly lookMs?: number;
  /** What a recording goes by; null for other files. */
  readonly nameOf?: (path: string) => string | null;
}

const LOOK_MS = 2_000;
const PAGE = 5_000;

/** A profile of an open file. */
interface Recorded {
  readonly runtime: ArchiveRuntime;
  /** Its id in the file. */
  readonly idThere: string;
  /** The tree knows of the messages up to here. */
  seenId: number;
}

interface Opened {
  readonly archive: ArchiveFile;
  readonly recorded: Map<string, Recorded>;
  looking: boolean;
  problem: string | null;
}

/** The recorded histories that are open in the window, read-only. */
export class Archives {
  private readonly recent: RecentHistories;
  private readonly files = new Map<string, Opened>();
  private readonly opening = new Map<string, Promise<readonly string[]>>();
  private timer: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(private readonly options: ArchivesOptions) {
    this.recent = new RecentHistories(options.home, options.warn);
  }

  /** Opens again what was open when the program ended; what cannot be is told, and stays among the recent ones. */
  async reopen(): Promise<void> {
    for (const path of this.recent.open) {
      try {
        await this.open(path);
      } catch (error) {
        if (this.closed) return;
        this.recent.closed(path);
        this.options.warn(messageOf(error));
      }
    }
  }

  /**
   * Opens a file, or finds it open.
   * @returns the ids of its profiles here
   * @throws LoupeError `invalid-argument` for a relative path, and as `ArchiveFile.open`
   */
  open(path: string): Promise<readonly string[]> {
    if (!isAbsolute(path)) {
      const words = `The history ${path} cannot be opened: the path must say where it is from the root on.`;
      return Promise.reject(new LoupeError('invalid-argument', words));
    }
    const file = normalize(path);
    const under = this.opening.get(file);
    if (under) return under;
    const opening = this.openFile(file).finally(() => this.opening.delete(file));
    this.opening.set(file, opening);
    return opening;
  }

  async close(path: string): Promise<void> {
    const file = normalize(path);
    const opened = this.files.get(file);
    if (!opened) return;
    this.files.delete(file);
    this.recent.closed(file);
    this.stopLooking();
    this.options.onChange();
    await opened.archive.close();
  }

  async forget(path: string): Promise<void> {
    await this.close(path);
    this.recent.forget(normalize(path));
    this.options.onChange();
  }

  runtime(profileId: string): ArchiveRuntime | undefined {
    for (const { recorded } of this.files.values()) {
      const found = recorded.get(profileId);
      if (found) return found.runtime;
    }
    return undefined;
  }

  /** Where an archived profile stands: the file, and its id there. */
  sourceOf(profileId: string): { readonly file: string; readonly profileId: string } | null {
    for (const { archive, recorded } of this.files.values()) {
      const found = recorded.get(profileId);
      if (found) return { file: archive.file, profileId: found.idThere };
    }
    return null;
  }

  /** Paths of the files opened last, the newest first. */
  get recentPaths(): readonly string[] {
    return this.recent.paths;
  }

  get summaries(): readonly ProfileSummary[] {
    return [...this.files.values()].flatMap((opened) =>
      [...opened.recorded.values()].map((one) => summaryOf(opened, one)),
    );
  }

  async closeAll(): Promise<void> {
    this.closed = true;
    this.recent.flush();
    const files = [...this.files.values()];
    this.files.clear();
    this.stopLooking();
    await Promise.all(files.map(({ archive }) => archive.close()));
  }

  private async openFile(file: string): Promise<readonly string[]> {
    const known = this.files.get(file);
    if (known) {
      this.recent.opened(file);
      return [...known.recorded.keys()];
    }
    const { threads, warn } = this.options;
    const archive = await ArchiveFile.open({
      file,
      threads,
      onProblem: (problem) => {
        warn(problem.message);
      },
    });
    const isEmpty = archive.state.profiles.length === 0;
    if (isEmpty || this.closed) {
      await archive.close();
      throw new LoupeError(
        'not-found',
        `The history ${file} is empty: nothing has been recorded in it yet.`,
      );
    }
    const opened: Opened = { archive, recorded: new Map(), looking: false, problem: null };
    this.files.set(file, opened);
    this.takeProfiles(opened);
    this.recent.opened(file);
    this.timer ??= setInterval(() => {
      for (const one of this.files.values()) void this.look(one);
    }, this.options.lookMs ?? LOOK_MS);
    this.options.onChange();
    return [...opened.recorded.keys()];
  }

  /** Looks whether more was recorded, and brings the trees up to it. */
  private async look(opened: Opened): Promise<void> {
    if (opened.looking) return;
    opened.looking = true;
    try {
      await opened.archive.refresh();
      this.takeProfiles(opened);
      for (const one of opened.recorded.values()) await follow(opened.archive, one);
      opened.problem = null;
    } catch (error) {
      opened.problem = messageOf(error);
    } finally {
      opened.looking = false;
    }
  }

  /** A recording that goes on may bring profiles that were not there before. */
  private takeProfiles(opened: Opened): void {
    const { archive, recorded } = opened;
    for (const profile of archive.state.profiles) {
      const id = idOf(archive.file, profile.id);
      if (recorded.has(id)) continue;
      const { memory, clock, warn } = this.options;
      const runtime = new ArchiveRuntime({
        profile: this.profileOf(archive.file, profile, id),
        history: archive.history(profile.id),
        memory,
        clock,
        ids: { next: Number.MAX_SAFE_INTEGER },
        secret: onlyPassword(undefined),
        onState: () => undefined,
      });
      recorded.set(id, { runtime, idThere: profile.id, seenId: profile.newestId });
      void runtime.load().catch((error: unknown) => {
        if (this.files.has(archive.file)) warn(messageOf(error));
      });
      this.options.onChange();
    }
  }

  private profileOf(file: string, archived: ArchivedProfile, id: string): Profile {
    const profile = profileOf(file, archived, id);
    const name = this.options.nameOf?.(file) ?? null;
    return name === null ? profile : { ...profile, name };
  }

  private stopLooking(): void {
    if (this.timer === null || this.files.size > 0) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}

async function follow(archive: ArchiveFile, recorded: Recorded): Promise<void> {
  const { runtime, idThere, seenId } = recorded;
  const newestId = archive.profile(idThere)?.newestId ?? 0;
  if (newestId <= seenId) return;
  await runtime.load();
  for (let afterKey: number | null = 0; afterKey !== null;) {
    const page = await archive.changedTopics({
      profileId: idThere,
      afterId: seenId,
      afterKey,
      limit: PAGE,
    });
    for (const topic of page.topics) renewTopic(runtime.tree, topic);
    afterKey = page.nextKey;
  }
  recorded.seenId = newestId;
}

function summaryOf({ archive, problem }: Opened, { runtime, idThere }: Recorded): ProfileSummary {
  const { fileBytes, writer } = archive.state;
  const totals = archive.profile(idThere);
  return {
    profile: runtime.profile,
    state: runtime.state,
    builtIn: false,
    recording: null,
    storedMessages: totals ? totals.stored - totals.pruned : 0,
    archive: {
      path: archive.file,
      fileBytes,
      writer,
      oldestTimeUs: totals?.oldestTimeUs ?? null,
      newestTimeUs: totals?.newestTimeUs ?? null,
      problem,
    },
  };
}

/** The same at every opening, so that what the window remembers of it is found again; not the id of a connection. */
function idOf(file: string, profileId: string): string {
  const digest = createHash('sha256').update(`${file}\0${profileId}`).digest('hex');
  return `archive-${digest.slice(0, 40)}`;
}

/** As the recorder described it; what was imported has only a name; else it goes by the name of the file. */
function profileOf(file: string, { settings }: ArchivedProfile, id: string): Profile {
  const described = v.safeParse(v.pipe(v.string(), v.parseJson(), profileSchema), settings);
  if (described.success) return { ...described.output, id };
  const profile: Profile = { ...defaultProfileFields(), id, colour: 'grey', subscriptions: [] };
  const noted = v.safeParse(
    v.pipe(v.string(), v.parseJson(), v.object({ name: v.string() })),
    settings,
  );
  const names = [noted.success ? noted.output.name : '', basename(file, extname(file))];
  const name = names
    .map((one) => one.slice(0, MAX_NAME_LENGTH))
    .find((one) => !profileProblems({ ...profile, name: one }).has('name'));
  return { ...profile, name: name ?? 'Recorded history' };
}
