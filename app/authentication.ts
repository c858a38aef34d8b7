import * as v from 'valibot';
import { singleLine } from './profile-fields';

const url = (what: string): v.GenericSchema<string> =>
  v.pipe(
    singleLine(what, 2048),
    v.check(
      (text) => /^https?:\/\/[^\s/]+/iu.test(text),
      `${what} must be a URL such as https://login.example.com/oauth2/token.`,
    ),
  );

/** How a token reaches the broker. */
const tokenUse = {
  /**
   * Empty: as the password. Else the name of an authentication method of MQTT 5 (§4.12), such as `OAUTH2-JWT`: then it is the
   * authentication data, and a new token goes over the open connection.
   */
  method: singleLine('The authentication method', 200),
};

const oauthClient = {
  tokenUrl: url('The token URL'),
  clientId: v.pipe(
    singleLine('The client id of OAuth 2', 500),
    v.nonEmpty('Enter the client id that the login server knows.'),
  ),
  scope: singleLine('The scope', 1000),
  audience: singleLine('The audience', 1000),
};

/** How the broker is told who we are. */
export const authenticationSchema = v.variant('kind', [
  /** Username and password in the CONNECT; the password may be a token. */
  v.object({ kind: v.literal('password') }),
  /** A challenge of MQTT 5's enhanced authentication (RFC 7677): the password itself is never sent. */
  v.object({ kind: v.literal('scram-sha-256') }),
  /** What a command prints is the token. */
  v.object({
    kind: v.literal('token-command'),
    command: v.pipe(
      singleLine('The command', 4096),
      v.trim(),
      v.nonEmpty('Enter the command that prints the token.'),
    ),
    ...tokenUse,
  }),
  /** OAuth 2 client credentials (RFC 6749 §4.4). */
  v.object({ kind: v.literal('client-credentials'), ...oauthClient, ...tokenUse }),
  /** OAuth 2 device authorization (RFC 8628): a person confirms it in a browser. */
  v.object({
    kind: v.literal('device-code'),
    deviceUrl: url('The device authorization URL'),
    ...oauthClient,
    ...tokenUse,
  }),
]);

export type Authentication = v.InferOutput<typeof authenticationSchema>;
export type TokenAuthentication = Exclude<
  Authentication,
  { readonly kind: 'password' | 'scram-sha-256' }
>;

export function usesToken(authentication: Authentication): authentication is TokenAuthentication {
  return authentication.kind !== 'password' && authentication.kind !== 'scram-sha-256';
}

export const DEFAULT_AUTHENTICATION: Authentication = { kind: 'password' };
