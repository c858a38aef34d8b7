import type { Database, Statement } from '../driver';
import { RunSource } from '../run-source';
import type { MomentQuestion, MomentQuestions } from './moments';
import { ProfileMoments } from './profile-moments';

/** What is known of the pasts is let go of when nobody asked for so long. */
const IDLE_MS = 5 * 60_000;

/** A question about one profile's past, as it reaches the reader's thread. */
export type MomentRequest = {
  readonly [Question in MomentQuestion]: {
    readonly profileId: string;
    readonly question: Question;
    readonly argument: Parameters<MomentQuestions[Question]>[0];
  };
}[MomentQuestion];

export type MomentAnswer = ReturnType<MomentQuestions[MomentQuestion]>;

/** Question and argument belong together, which the compiler cannot follow through one function. */
type Asked = Record<MomentQuestion, (argument: unknown) => MomentAnswer>;

interface Known {
  readonly moments: ProfileMoments;
  /** Of the database when its units were looked at. */
  seenVersion: number | undefined;
}

/** Answers about profiles' pasts, and prepares for the next question while nobody asks. */
export class MomentQueries {
  readonly #database: Database;
  readonly #source: RunSource;
  readonly #profileKey: Statement<number>;
  readonly #dataVersion: Statement<number>;
  readonly #profiles = new Map<number, Known>();
  #preparing: NodeJS.Immediate | null = null;
  #idle: NodeJS.Timeout | null = null;

  constructor(database: Database) {
    this.#database = database;
    this.#source = new RunSource(database);
    this.#profileKey = database
      .prepare<unknown[], number>('SELECT key FROM profiles WHERE id = ?')
      .pluck();
    this.#dataVersion = database.prepare<unknown[], number>('PRAGMA data_version').pluck();
  }

  answer({ profileId, question, argument }: MomentRequest): MomentAnswer {
    this.#asked(profileId);
    return this.#atOnce(() => {
      const moments = this.#renewed(profileId) as unknown as Asked;
      return moments[question](argument);
    });
  }

  /** Nothing is prepared any more. */
  close(): void {
    if (this.#preparing !== null) clearImmediate(this.#preparing);
    if (this.#idle !== null) clearTimeout(this.#idle);
  }

  #asked(profileId: string): void {
    this.close();
    this.#preparing = setImmediate(() => {
      this.#prepare(profileId);
    });
    this.#idle = setTimeout(() => {
      this.#profiles.clear();
    }, IDLE_MS).unref();
  }

  /** A step at a time, so that the next question waits for a few milliseconds at the most. */
  #prepare(profileId: string): void {
    this.#preparing = this.#prepareSome(profileId)
      ? setImmediate(() => {
          this.#prepare(profileId);
        })
      : null;
  }

  #prepareSome(profileId: string): boolean {
    try {
      return this.#atOnce(() => this.#renewed(profileId).prepareSome());
    } catch {
      // A file that is damaged or gone: the question that needs it tells so.
      return false;
    }
  }

  #renewed(profileId: string): ProfileMoments {
    // A profile that nothing was stored of has no key, and no units.
    const profile = this.#profileKey.get(profileId) ?? 0;
    const known = this.#profiles.get(profile) ?? {
      moments: new ProfileMoments(this.#database, this.#source, profile),
      seenVersion: undefined,
    };
    this.#profiles.set(profile, known);
    const version = this.#dataVersion.get();
    if (known.seenVersion !== version) known.moments.renew();
    known.seenVersion = version;
    return known.moments;
  }

  /** One snapshot, while the writer goes on. */
  #atOnce<Result>(read: () => Result): Result {
    return this.#database.transaction(read).deferred();
  }
}

/** The memory that changes hands with an answer instead of being copied. */
export function momentBuffers(answer: MomentAnswer): ArrayBufferLike[] {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return [];
  return Object.values(answer).flatMap((column: unknown) =>
    ArrayBuffer.isView(column) ? [column.buffer] : [],
  );
}
