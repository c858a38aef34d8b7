/** What of a profile is kept by the main process alone: it never reaches a window, a log or a plain file. */
export const SECRET_NAMES = [
  'password',
  /** The passphrase of the client certificate's key. */
  'key-passphrase',
  'proxy-password',
  /** The header of that name in the WebSocket handshake. */
  'websocket-authorization',
  /** The OAuth 2 client's secret. */
  'token-client-secret',
] as const;

export type SecretName = (typeof SECRET_NAMES)[number];

/** What a person calls each. */
export const SECRET_WORDS: Readonly<Record<SecretName, string>> = {
  password: 'password',
  'key-passphrase': 'passphrase of the client certificate’s key',
  'proxy-password': 'password of the proxy',
  'websocket-authorization': 'Authorization header',
  'token-client-secret': 'client secret of the sign-in',
};

/**
 * Asks for a secret of one profile; undefined when there is none. Rejects with `vault-locked` where it cannot be had now,
 * with `secret-unavailable` and words where what is stored cannot be read.
 */
export type AskSecret = (name: SecretName) => Promise<string | undefined>;

/** For a connection whose only secret is a password, as on the command line. */
export function onlyPassword(password: string | undefined): AskSecret {
  return (name) => Promise.resolve(name === 'password' ? password : undefined);
}
