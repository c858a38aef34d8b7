import type { ArchiveSummary, Profile, ProfileSummary } from '../../app/contract';
import type { Organisation } from '../../app/organisation';
import { colourBook, type ColourBook } from '../../app/subscription-colours';
import { messageOf } from '../../app/errors';
import type { SecretName } from '../../app/secret';
import type { EngineClient } from '../../app/rpc/client';
import { shell } from '../shell-client';
import { toaster } from '../ui/toaster.svelte';

/** Secrets to store when a profile is saved, or, with null, to remove; the others stay as they are. */
export type SecretChanges = ReadonlyMap<SecretName, string | null>;

const NO_COLOURS = colourBook([]);

/** The saved connections and the state of each. */
export class ProfilesState {
  /** Null until the engine has told. */
  #list = $state.raw<readonly ProfileSummary[] | null>(null);
  #recentHistories = $state.raw<readonly string[]>([]);
  readonly #colours = $derived(
    new Map(this.all.map(({ profile }) => [profile.id, colourBook(profile.subscriptions)])),
  );
  #following = false;

  constructor(private readonly engine: EngineClient) {}

  get loaded(): boolean {
    return this.#list !== null;
  }

  get all(): readonly ProfileSummary[] {
    return this.#list ?? [];
  }

  /** Connections of one's own: everything that is no recorded history. */
  get connections(): readonly ProfileSummary[] {
    return this.all.filter(({ archive }) => archive === null);
  }

  /** What is open of recorded histories. */
  get archives(): readonly (ProfileSummary & { readonly archive: ArchiveSummary })[] {
    return this.all.flatMap((one) =>
      one.archive === null ? [] : [{ ...one, archive: one.archive }],
    );
  }

  /** Paths of the recorded histories opened last, the newest first. */
  get recentHistories(): readonly string[] {
    return this.#recentHistories;
  }

  /** Names of all folders, each once. */
  get folders(): readonly string[] {
    const folders = this.connections.map(({ profile }) => profile.organisation.folder);
    return [...new Set(folders)].filter((folder) => folder !== '');
  }

  find(profileId: string | null): ProfileSummary | null {
    return this.all.find((summary) => summary.profile.id === profileId) ?? null;
  }

  /** By which coloured subscriptions of a profile a topic comes. */
  coloursOf(profileId: string | null): ColourBook {
    return this.#colours.get(profileId ?? '') ?? NO_COLOURS;
  }

  open(): void {
    if (this.#following) return;
    this.#following = true;
    this.engine.open(
      'profiles',
      {},
      (frame) => {
        this.#list = frame.profiles;
        this.#recentHistories = frame.recentHistories;
      },
      (error) => {
        this.#following = false;
        toaster.problem(`The list of connections is not available: ${messageOf(error)}`);
      },
    );
  }

  /** The engine is gone for good, and every connection with it. */
  engineGone(): void {
    this.#list = this.all.map((summary) => ({ ...summary, state: { kind: 'disconnected' } }));
  }

  /** Saves the settings, the secrets first, so that a connection that starts at once has them. */
  async save(profile: Profile, secrets: SecretChanges): Promise<Profile> {
    for (const [name, value] of secrets)
      await shell.setSecret({ profileId: profile.id, name, value });
    return this.engine.calls.saveProfile({ profile });
  }

  async duplicate(profileId: string): Promise<Profile> {
    const copy = await this.engine.calls.duplicateProfile({ profileId });
    await shell.copySecrets({ fromProfileId: profileId, toProfileId: copy.id });
    return copy;
  }

  /** Deletes a profile and offers to undo it. Main forgets its password when that time is over. */
  async delete(summary: ProfileSummary): Promise<void> {
    const { id, name } = summary.profile;
    const { undoMs } = await this.engine.calls.deleteProfile({ profileId: id });
    toaster.show({
      text: `“${name}” and its history deleted`,
      lastsMs: undoMs,
      action: {
        label: 'Undo',
        run: () => {
          this.#run(this.engine.calls.restoreProfile({ profileId: id }));
        },
      },
    });
  }

  /** Puts a profile into a folder, and at a place in the list of all. */
  async arrange(
    profileId: string,
    { folder, index }: { readonly folder: string; readonly index: number },
  ): Promise<void> {
    await this.engine.calls.arrangeProfile({ profileId, folder, index });
  }

  /** Changes how a profile is kept in order. */
  async organise(profile: Profile, change: Partial<Organisation>): Promise<void> {
    // As it is now: the one that was shown may be older.
    const now = this.find(profile.id)?.profile ?? profile;
    const organisation = { ...now.organisation, ...change };
    await this.engine.calls.saveProfile({ profile: { ...now, organisation } });
  }

  connect(profileId: string): void {
    this.#run(this.engine.calls.connect({ profileId }));
  }

  /** Connects anew, with the settings as they are now. */
  reconnect(profileId: string): void {
    const again = async (): Promise<void> => {
      await this.engine.calls.disconnect({ profileId });
      await this.engine.calls.connect({ profileId });
    };
    this.#run(again());
  }

  disconnect(profileId: string): void {
    this.#run(this.engine.calls.disconnect({ profileId }));
  }

  retryNow(profileId: string): void {
    this.#run(this.engine.calls.retryNow({ profileId }));
  }

  #run(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      toaster.problem(messageOf(error));
    });
  }
}
