import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { LoupeError } from '../../app/errors';
import { BUILT_IN_ID, profileSchema, type Profile } from '../../app/profile';
import { JsonFile } from '../files/json-file';

const fileSchema = v.object({
  version: v.literal(1),
  profiles: v.array(profileSchema),
  /** Deleted, while undo is still possible; what stands here at a start is gone for good. */
  deleted: v.array(v.object({ profile: profileSchema, index: v.number() })),
});

/** The saved profiles in the person's order. Secrets are not here: the shell keeps them. */
export class ProfileStore {
  private readonly file: JsonFile<v.InferOutput<typeof fileSchema>>;
  /** Grows with every change. */
  version = 0;

  constructor(home: string, warn: (message: string) => void) {
    this.file = new JsonFile({
      file: join(home, 'profiles.json'),
      schema: fileSchema,
      initial: { version: 1, profiles: [], deleted: [] },
      entries: {
        profiles: ['connection', 'connections'],
        deleted: ['deleted connection', 'deleted connections'],
      },
      warn,
    });
  }

  get all(): readonly Profile[] {
    return this.file.value.profiles;
  }

  /** Throws `not-found`. */
  get(profileId: string): Profile {
    const profile = this.all.find((one) => one.id === profileId);
    if (!profile)
      throw new LoupeError(
        'not-found',
        'That connection does not exist any more. It may have been deleted.',
      );
    return profile;
  }

  find(test: (profile: Profile) => boolean): Profile | undefined {
    return this.all.find(test);
  }

  save(profile: Profile): Profile {
    const index = this.all.findIndex((one) => one.id === profile.id);
    const profiles = index < 0 ? [...this.all, profile] : this.all.with(index, profile);
    this.put(profiles);
    return profile;
  }

  /**
   * Takes over what a history says of profiles that are not known here: it was recorded without a window, or on
   * another computer. What cannot be understood (a newer version's) is left alone.
   */
  adopt(described: ReadonlyMap<string, string>): void {
    for (const [id, settings] of described) {
      if (id === BUILT_IN_ID || this.isDeleted(id) || this.find((one) => one.id === id)) continue;
      const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), profileSchema), settings);
      if (parsed.success && parsed.output.id === id) this.save(parsed.output);
    }
  }

  duplicate(profileId: string): Profile {
    const index = this.indexOf(profileId);
    const copy = { ...structuredClone(this.get(profileId)), id: randomUUID() };
    copy.name = this.freeName(`${copy.name.slice(0, 110)} copy`);
    this.put(this.all.toSpliced(index + 1, 0, copy));
    return copy;
  }

  move(profileId: string, index: number): void {
    const profile = this.get(profileId);
    const rest = this.all.filter((one) => one !== profile);
    this.put(rest.toSpliced(Math.min(index, rest.length), 0, profile));
  }

  /** Takes a profile away; `restore` brings it back until `finish`. */
  remove(profileId: string): void {
    const index = this.indexOf(profileId);
    const profile = this.get(profileId);
    this.file.value.deleted.push({ profile, index });
    this.put(this.all.toSpliced(index, 1));
  }

  restore(profileId: string): void {
    const entry = this.file.value.deleted.find((one) => one.profile.id === profileId);
    if (!entry)
      throw new LoupeError(
        'not-found',
        'The time for undo is over: the connection and its history are gone.',
      );
    this.finish(profileId);
    this.put(this.all.toSpliced(Math.min(entry.index, this.all.length), 0, entry.profile));
  }

  /** Profiles that wait for their end. */
  get deleted(): readonly string[] {
    return this.file.value.deleted.map((one) => one.profile.id);
  }

  /** All, also those that can still be brought back. */
  get withDeleted(): readonly Profile[] {
    return [...this.all, ...this.file.value.deleted.map(({ profile }) => profile)];
  }

  isDeleted(profileId: string): boolean {
    return this.deleted.includes(profileId);
  }

  finish(profileId: string): void {
    this.file.value.deleted = this.file.value.deleted.filter((one) => one.profile.id !== profileId);
    this.file.changed();
  }

  flush(): void {
    this.file.flush();
  }

  private indexOf(profileId: string): number {
    return this.all.indexOf(this.get(profileId));
  }

  private freeName(wanted: string): string {
    const taken = new Set(this.all.map((one) => one.name));
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted} ${String(number)}`;
    return name;
  }

  private put(profiles: Profile[]): void {
    this.file.value.profiles = profiles;
    this.version += 1;
    this.file.changed();
  }
}
