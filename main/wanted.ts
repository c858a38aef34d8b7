import * as v from 'valibot';
import type { StartArguments } from './arguments';
import type { EngineProcess } from './engine-process';
import type { Secrets } from './secrets';

/** What a start asks to open: it can come from a second start too, which hands it on and ends. */
export type Wanted = Pick<StartArguments, 'demo' | 'connect' | 'profile' | 'files' | 'links'>;

const wantedSchema = v.object({
  demo: v.boolean(),
  connect: v.nullable(v.string()),
  profile: v.nullable(v.string()),
  /** Absolute paths. */
  files: v.array(v.string()),
  links: v.array(v.string()),
});

export const NOTHING_WANTED: Wanted = {
  demo: false,
  connect: null,
  profile: null,
  files: [],
  links: [],
};

/** What a second start handed on; nothing when it is not understood (another version may have sent it). */
export function readWanted(data: unknown): Wanted {
  const result = v.safeParse(wantedSchema, data);
  return result.success ? result.output : NOTHING_WANTED;
}

/**
 * Opens and connects what was asked for; the id of the profile to show, or null when nothing was.
 * Rejects with words for the person.
 */
export async function openWanted(
  engine: EngineProcess,
  secrets: Secrets,
  { demo, connect, profile, files }: Wanted,
): Promise<string | null> {
  let recorded: string | null = null;
  for (const path of files) {
    const { profileIds } = (await engine.ask({ kind: 'open-history', path })) as {
      profileIds: readonly string[];
    };
    recorded = profileIds[0] ?? recorded;
  }
  if (!demo && connect === null && profile === null) return recorded;
  const opened = (await engine.ask(
    demo
      ? { kind: 'open-demo' }
      : connect !== null
        ? { kind: 'open-url', url: connect }
        : { kind: 'open-profile', name: profile ?? '' },
  )) as { profileId: string; password: string | null };
  if (opened.password !== null) await secrets.set(opened.profileId, 'password', opened.password);
  await engine.ask({ kind: 'connect', profileId: opened.profileId });
  return opened.profileId;
}
