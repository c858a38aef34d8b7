import type { Credentials } from '../sign-in/sign-in';
import type { Link } from './link';
import type { LinkProfile } from './types';

/** So long before a token ends, the next one is got. */
const RENEW_BEFORE_MS = 60_000;
const RENEW_AGAIN_MS = 20_000;
const SOONEST_MS = 1_000;
/** Node's longest timer. */
const MOST_TIMER_MS = 2_147_483_647;

export interface RenewalOptions {
  /** The link that is open now; null for none. */
  readonly link: () => Link | null;
  /** New ones; the next link uses them too. */
  readonly credentials: (profile: LinkProfile) => Promise<Credentials>;
}

/** A token that ends is replaced before: over the open connection where that can be, else by connecting again. */
export class SignInRenewal {
  readonly #options: RenewalOptions;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RenewalOptions) {
    this.#options = options;
  }

  plan(profile: LinkProfile): void {
    const endsMs = this.#options.link()?.expiresAtMs ?? null;
    if (endsMs === null) return;
    const inMs = Math.max(endsMs - RENEW_BEFORE_MS - Date.now(), SOONEST_MS);
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        if (Date.now() < endsMs - RENEW_BEFORE_MS - SOONEST_MS) this.plan(profile);
        else void this.#renew(profile);
      },
      Math.min(inMs, MOST_TIMER_MS),
    );
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #renew(profile: LinkProfile): Promise<void> {
    const link = this.#options.link();
    if (link === null) return;
    try {
      const credentials = await this.#options.credentials(profile);
      if (this.#options.link() !== link) return;
      if (link.signInAgain(credentials)) this.plan(profile);
      else link.renew();
    } catch {
      // The connection is good until the broker says otherwise; then the failure is told.
      if (this.#options.link() === link)
        this.#timer = setTimeout(() => void this.#renew(profile), RENEW_AGAIN_MS);
    }
  }
}
