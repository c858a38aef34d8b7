import type { TokenAuthentication } from '../../../app/authentication';
import type { DeviceConfirmation } from '../../../app/connection';
import type { AskSecret } from '../../../app/secret';
import { clientCredentialsToken, deviceToken, refreshedToken, type OAuthToken } from './oauth';
import { tokenOfCommand } from './token-command';
import type { Token } from './token';

/** A token that ends within this time is not used any more: it may be over when it arrives. */
const FRESH_FOR_MS = 30_000;

export interface TokenOptions {
  readonly secret: AskSecret;
  /** A person has to confirm the sign-in in a browser. */
  readonly onConfirm: (confirmation: DeviceConfirmation) => void;
}

/** Gets tokens for one connection, and keeps the last one while it is good. */
export class TokenSource {
  readonly #options: TokenOptions;
  #settings = '';
  #last: Token | null = null;
  #refreshToken: string | null = null;

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  /** A token that is good for a while. Rejects with words, or when the signal is aborted. */
  async token(settings: TokenAuthentication, signal: AbortSignal): Promise<Token> {
    const described = JSON.stringify(settings);
    if (described !== this.#settings) this.forget();
    this.#settings = described;
    const last = this.#last;
    const endsMs = last?.expiresAtMs ?? null;
    if (last !== null && endsMs !== null && endsMs - Date.now() > FRESH_FOR_MS) return last;
    const token = await this.#fetch(settings, signal);
    this.#last = token;
    return token;
  }

  /** The broker did not take it: the next one is another. */
  forget(): void {
    this.#last = null;
  }

  async #fetch(settings: TokenAuthentication, signal: AbortSignal): Promise<Token> {
    if (settings.kind === 'token-command') return tokenOfCommand(settings.command, signal);
    const clientSecret = await this.#options.secret('token-client-secret');
    if (settings.kind === 'client-credentials')
      return clientCredentialsToken(settings, clientSecret, signal);
    const refresh = this.#refreshToken;
    const refreshed =
      refresh === null ? null : await refreshedToken(settings, clientSecret, refresh, signal);
    const token: OAuthToken =
      refreshed ?? (await deviceToken(settings, clientSecret, this.#options.onConfirm, signal));
    this.#refreshToken = token.refreshToken;
    return token;
  }
}
