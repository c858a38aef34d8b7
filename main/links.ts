import type { BrokerLink, LinkAnswer } from '../app/contract-move-in';
import { LoupeError, messageOf } from '../app/errors';
import type { Protocol } from '../app/profile';
import type { EngineProcess } from './engine-process';
import type { Secrets } from './secrets';

/** What the engine says of a URL (`UrlLook` there). */
interface Look {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly hasPassword: boolean;
  readonly saved: { readonly profileId: string; readonly name: string } | null;
}

export interface LinksOptions {
  readonly engine: Pick<EngineProcess, 'ask'>;
  readonly secrets: Pick<Secrets, 'set' | 'setForNow'>;
  /** A link waits for an answer. */
  readonly onLink: (link: BrokerLink) => void;
  readonly warn: (message: string) => void;
}

/** A page that opens link after link must not pile up questions. */
const MOST_WAITING = 5;
const LONGEST_URL = 8_192;

/** A link to a broker: it may come from a web page, so a person is asked before anything happens. */
export function isBrokerLink(text: string): boolean {
  return /^mqtts?:\/\//iu.test(text);
}

export class Links {
  readonly #options: LinksOptions;
  readonly #waiting = new Map<number, { readonly url: string; readonly link: BrokerLink }>();
  #nextId = 1;

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  get waiting(): readonly BrokerLink[] {
    return [...this.#waiting.values()].map(({ link }) => link);
  }

  async receive(url: string): Promise<void> {
    if (this.#waiting.size >= MOST_WAITING || url.length > LONGEST_URL) return;
    try {
      const { saved, ...address } = await this.#look(url);
      const link = { id: this.#nextId++, ...address, saved: saved?.name ?? null };
      this.#waiting.set(link.id, { url, link });
      this.#options.onLink(link);
    } catch (error) {
      this.#options.warn(`A link could not be opened. ${messageOf(error)}`);
    }
  }

  /** The profile to show; null when nothing is to be done. @throws LoupeError `not-found` */
  async answer(id: number, answer: LinkAnswer): Promise<string | null> {
    const waiting = this.#waiting.get(id);
    if (!waiting) throw new LoupeError('not-found', 'The link was answered already.');
    this.#waiting.delete(id);
    if (answer === 'cancel') return null;
    const { saved } = await this.#look(waiting.url);
    const profileId = saved?.profileId ?? (await this.#take(waiting.url, answer));
    if (answer === 'once') await this.#options.engine.ask({ kind: 'connect', profileId });
    return profileId;
  }

  async #look(url: string): Promise<Look> {
    return (await this.#options.engine.ask({ kind: 'look-at-url', url })) as Look;
  }

  /** A password goes to a profile that is new only: a link never changes what is saved. */
  async #take(url: string, answer: 'once' | 'save'): Promise<string> {
    const { engine, secrets } = this.#options;
    const question = { kind: 'take-url', url, once: answer === 'once' } as const;
    const { profileId, password } = (await engine.ask(question)) as {
      profileId: string;
      password: string | null;
    };
    if (password === null) return profileId;
    if (answer === 'once') secrets.setForNow(profileId, 'password', password);
    else await secrets.set(profileId, 'password', password);
    return profileId;
  }
}
