/** Connections that move in from other programs, and out to a file. */
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { isAbsolute, join, normalize } from 'node:path';
import { LoupeError } from '../../../app/errors';
import type {
  ConnectionsPreview,
  ConnectionsSource,
  FoundConnections,
  ImportCandidate,
} from '../../../app/contract-move-in';
import type { OwnContent } from '../../../app/move-in/own-file';
import { connectionKey } from '../../../app/move-in/same-connection';
import type { Candidate } from '../../../app/move-in/to-profile';
import type { TlsContents } from '../../../app/move-in/network-of';
import { uniqueName } from '../../../app/move-in/unique-name';
import { BUILT_IN_ID, brokerUrl, MAX_NAME_LENGTH, type Profile } from '../../../app/profile';
import type { TlsFile, TlsSettings } from '../../../app/profile-tls';
import { SECRET_NAMES, type SecretName } from '../../../app/secret';
import { runMoveIn } from './move-in-thread';

export interface MoveInOptions {
  /** Folder of the bundles of the threads. */
  readonly threads: string;
  readonly profiles: () => readonly Profile[];
  readonly save: (profile: Profile) => Profile;
  readonly secret: (profileId: string, name: SecretName) => Promise<string | undefined>;
  /** Keeps a secret, or with null forgets it. Rejects when it cannot be kept. */
  readonly keepSecret: (profileId: string, name: SecretName, value: string | null) => Promise<void>;
  /** Keeps a copy of a certificate or key. */
  readonly keepFile: (path: string, bytes: Uint8Array) => Promise<TlsFile>;
}

/** Previews that are open at once: more were forgotten by a window. */
const MOST_PREVIEWS = 4;

export class MoveIn {
  readonly #options: MoveInOptions;
  readonly #previews = new Map<number, readonly Candidate[]>();
  readonly #allowed = new Set<string>();
  #nextId = 1;

  constructor(options: MoveInOptions) {
    this.#options = options;
  }

  /** The person chose to export to this path. */
  allowExport(path: string): void {
    this.#allowed.add(normalize(path));
  }

  find(): Promise<readonly FoundConnections[]> {
    const known = new Set(this.#own().map(connectionKey));
    return runMoveIn(this.#workerFile, { kind: 'find', known });
  }

  /** @throws LoupeError `file-unreadable` */
  async preview(from: ConnectionsSource, passphrase: string | null): Promise<ConnectionsPreview> {
    if (from.kind === 'file' && !isAbsolute(from.path)) {
      throw new LoupeError('invalid-argument', `“${from.path}” is not a whole path.`);
    }
    const result = await runMoveIn(this.#workerFile, { kind: 'read', from, passphrase });
    if (result.kind === 'locked') return result;
    const { program, candidates, problems } = result;
    const previewId = this.#remember(candidates);
    const known = new Map(this.#own().map((profile) => [connectionKey(profile), profile.name]));
    const connections = candidates.map((candidate) => summaryOf(candidate, known));
    return { kind: 'read', previewId, program, connections, problems };
  }

  /**
   * Makes profiles of some of a preview's connections: all of them or, when a secret cannot be kept, none.
   * @throws LoupeError `not-found`, `secret-unavailable`
   */
  async take(previewId: number, chosen: readonly number[]): Promise<readonly Profile[]> {
    const candidates = this.#previews.get(previewId);
    if (!candidates) {
      throw new LoupeError('not-found', 'The connections are not known any more. Read them again.');
    }
    const taken = new Set(this.#options.profiles().map(({ name }) => name));
    const wanted = [...new Set(chosen)]
      .flatMap((index) => candidates[index] ?? [])
      .filter(({ problem }) => problem === null)
      .map(({ fields, secrets, contents }) => {
        const name = uniqueName(fields.name, taken, MAX_NAME_LENGTH);
        taken.add(name);
        const profile = { ...fields, name, id: randomUUID() } satisfies Profile;
        return { profile, secrets, contents };
      });
    const copied: Profile[] = [];
    for (const { profile, contents } of wanted) {
      copied.push({ ...profile, tls: await this.#keepContents(profile.tls, contents) });
    }
    await this.#keepSecrets(wanted);
    const profiles = copied.map((profile) => this.#options.save(profile));
    this.close(previewId);
    return profiles;
  }

  close(previewId: number): void {
    this.#previews.delete(previewId);
  }

  /** @throws LoupeError `forbidden`, `file-unwritable` */
  async export(
    path: string,
    profileIds: readonly string[],
    passphrase: string | null,
  ): Promise<{ readonly profiles: number; readonly secrets: number }> {
    if (!this.#allowed.delete(normalize(path))) {
      throw new LoupeError('forbidden', 'Only a file that was chosen can be exported to.');
    }
    const chosen = new Set(profileIds);
    const profiles = this.#own().filter(({ id }) => chosen.has(id));
    const secrets = passphrase === null ? [] : await this.#secretsOf(profiles);
    const content: OwnContent = { profiles, secrets };
    await runMoveIn(this.#workerFile, { kind: 'write', path, content, passphrase });
    return { profiles: profiles.length, secrets: secrets.length };
  }

  get #workerFile(): string {
    return join(this.#options.threads, 'move-in.cjs');
  }

  #own(): readonly Profile[] {
    return this.#options.profiles().filter(({ id }) => id !== BUILT_IN_ID);
  }

  #remember(candidates: readonly Candidate[]): number {
    const id = this.#nextId++;
    this.#previews.set(id, candidates);
    for (const [oldest] of this.#previews) {
      if (this.#previews.size > MOST_PREVIEWS) this.#previews.delete(oldest);
    }
    return id;
  }

  /** Named by their content: those of a profile that does not come about are overwritten by the next try. */
  async #keepContents(tls: TlsSettings, contents: TlsContents): Promise<TlsSettings> {
    const keep = async (file: TlsFile, base64: string | null): Promise<TlsFile> =>
      base64 === null
        ? file
        : await this.#options.keepFile(file.path, Buffer.from(base64, 'base64'));
    const { authorities, certificate, key } = tls;
    return {
      ...tls,
      authorities: await Promise.all(
        authorities.map((file, at) => keep(file, contents.authorities[at] ?? null)),
      ),
      certificate: certificate && (await keep(certificate, contents.certificate)),
      key: key && (await keep(key, contents.key)),
    };
  }

  /** Before any profile is there; those that were kept are forgotten when one cannot be. */
  async #keepSecrets(
    wanted: ReadonlyArray<{ readonly profile: Profile } & Pick<Candidate, 'secrets'>>,
  ): Promise<void> {
    const kept: (readonly [string, SecretName])[] = [];
    try {
      for (const { profile, secrets } of wanted) {
        for (const [name, value] of secrets) {
          kept.push([profile.id, name]);
          await this.#options.keepSecret(profile.id, name, value);
        }
      }
    } catch (error) {
      for (const [profileId, name] of kept) {
        await this.#options.keepSecret(profileId, name, null).catch(() => undefined);
      }
      throw error;
    }
  }

  async #secretsOf(profiles: readonly Profile[]): Promise<[string, SecretName, string][]> {
    const found: [string, SecretName, string][] = [];
    for (const { id } of profiles) {
      for (const name of SECRET_NAMES) {
        const value = await this.#options.secret(id, name);
        if (value !== undefined) found.push([id, name, value]);
      }
    }
    return found;
  }
}

function summaryOf(candidate: Candidate, known: ReadonlyMap<string, string>): ImportCandidate {
  const { fields, comes, stays, problem, isWanted } = candidate;
  const sameAs = known.get(connectionKey(fields)) ?? null;
  return {
    ...{ name: fields.name, folder: fields.organisation.folder, username: fields.username },
    ...{ url: brokerUrl(fields), comes, stays, problem, sameAs },
    isWanted: isWanted && sameAs === null,
  };
}
