/** Tokens of an OAuth 2 login server: RFC 6749 (client credentials, refresh), RFC 8628 (device authorization). */
import { setTimeout as wait } from 'node:timers/promises';
import * as v from 'valibot';
import type { Authentication } from '../../../app/authentication';
import type { DeviceConfirmation } from '../../../app/connection';
import { messageOf } from '../../../app/errors';
import { jwtExpiryMs, type Token } from './token';

export type ClientCredentials = Extract<Authentication, { kind: 'client-credentials' }>;
export type DeviceCode = Extract<Authentication, { kind: 'device-code' }>;

const ANSWER_WITHIN_MS = 20_000;
const MOST_ANSWER_BYTES = 256 * 1024;
const DEFAULT_INTERVAL_SECONDS = 5;
const MOST_WAIT_MS = 30 * 60_000;

const tokenAnswer = v.object({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  expires_in: v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number))),
  refresh_token: v.optional(v.string()),
});

const deviceAnswer = v.object({
  device_code: v.string(),
  user_code: v.pipe(v.string(), v.maxLength(100)),
  verification_uri: v.optional(v.string()),
  /** What some servers call it. */
  verification_url: v.optional(v.string()),
  expires_in: v.optional(v.number(), 900),
  interval: v.optional(v.number(), DEFAULT_INTERVAL_SECONDS),
});

const errorAnswer = v.object({
  error: v.pipe(v.string(), v.maxLength(200)),
  error_description: v.optional(v.pipe(v.string(), v.maxLength(1000))),
});

export interface OAuthToken extends Token {
  /** What gets the next token without a person; null for none. A secret. */
  readonly refreshToken: string | null;
}

/** What the login server refused, by its code (RFC 6749 §5.2). */
class RefusedByServer extends Error {
  readonly code: string;

  constructor(code: string, description: string | undefined) {
    super(
      `the login server refused it: ${code}${description === undefined ? '' : ` (${description})`}`,
    );
    this.code = code;
  }
}

/** A token for the program itself. Rejects with words. */
export async function clientCredentialsToken(
  settings: ClientCredentials,
  clientSecret: string | undefined,
  signal: AbortSignal,
): Promise<OAuthToken> {
  return tokenFrom(
    settings,
    { grant_type: 'client_credentials', ...scopeOf(settings) },
    clientSecret,
    signal,
  );
}

/** A new token for one that a person has confirmed before. Null when the server wants the person again. */
export async function refreshedToken(
  settings: DeviceCode,
  clientSecret: string | undefined,
  refreshToken: string,
  signal: AbortSignal,
): Promise<OAuthToken | null> {
  try {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const token = await tokenFrom(settings, form, clientSecret, signal);
    return { ...token, refreshToken: token.refreshToken ?? refreshToken };
  } catch (error) {
    if (error instanceof RefusedByServer && error.code === 'invalid_grant') return null;
    throw error;
  }
}

/** A token that a person confirms in a browser; `onConfirm` is told where and with which code. Rejects with words. */
export async function deviceToken(
  settings: DeviceCode,
  clientSecret: string | undefined,
  onConfirm: (confirmation: DeviceConfirmation) => void,
  signal: AbortSignal,
): Promise<OAuthToken> {
  const device = await ask(
    settings.deviceUrl,
    { client_id: settings.clientId, ...scopeOf(settings) },
    deviceAnswer,
    signal,
  );
  const lastsMs = Math.min(device.expires_in * 1000, MOST_WAIT_MS);
  const endMs = Date.now() + lastsMs;
  const url = device.verification_uri ?? device.verification_url ?? '';
  if (!/^https?:\/\//iu.test(url)) throw new Error('the login server named no page to confirm at');
  onConfirm({ url, code: device.user_code, expiresAtMs: endMs });
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: device.device_code,
  };
  let intervalMs = Math.max(device.interval, 1) * 1000;
  for (;;) {
    await wait(intervalMs, undefined, { signal });
    if (Date.now() > endMs) throw new Error('nobody confirmed the sign-in in time');
    try {
      return await tokenFrom(settings, form, clientSecret, signal);
    } catch (error) {
      if (!(error instanceof RefusedByServer)) throw error;
      // RFC 8628 §3.5.
      if (error.code === 'slow_down') intervalMs += DEFAULT_INTERVAL_SECONDS * 1000;
      else if (error.code !== 'authorization_pending') throw error;
    }
  }
}

function scopeOf({ scope, audience }: ClientCredentials | DeviceCode): Record<string, string> {
  return { ...(scope === '' ? {} : { scope }), ...(audience === '' ? {} : { audience }) };
}

async function tokenFrom(
  { tokenUrl, clientId }: ClientCredentials | DeviceCode,
  form: Readonly<Record<string, string>>,
  clientSecret: string | undefined,
  signal: AbortSignal,
): Promise<OAuthToken> {
  const secret =
    clientSecret === undefined || clientSecret === '' ? {} : { client_secret: clientSecret };
  const askedAtMs = Date.now();
  const answer = await ask(
    tokenUrl,
    { ...form, client_id: clientId, ...secret },
    tokenAnswer,
    signal,
  );
  const { access_token: text, expires_in: seconds } = answer;
  return {
    text,
    expiresAtMs: Number.isFinite(seconds) ? askedAtMs + Number(seconds) * 1000 : jwtExpiryMs(text),
    refreshToken: answer.refresh_token ?? null,
  };
}

/** Posts a form and reads the JSON answer. Redirects are not followed: the form may carry secrets. */
async function ask<Schema extends v.GenericSchema>(
  url: string,
  form: Readonly<Record<string, string>>,
  schema: Schema,
  signal: AbortSignal,
): Promise<v.InferOutput<Schema>> {
  const text = await post(url, form, signal);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${hostOf(url)} does not answer as a login server`);
  }
  const refused = v.safeParse(errorAnswer, json);
  if (refused.success)
    throw new RefusedByServer(refused.output.error, refused.output.error_description);
  const parsed = v.safeParse(schema, json);
  if (!parsed.success) throw new Error(`${hostOf(url)} does not answer as a login server`);
  return parsed.output;
}

async function post(
  url: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const within = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.any([signal, within]),
    });
    return await boundedText(response);
  } catch (error) {
    signal.throwIfAborted();
    const why = within.aborted ? 'no answer in time' : causeOf(error);
    throw new Error(`the login server ${hostOf(url)} cannot be asked: ${why}`, { cause: error });
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** fetch says only that it failed; why stands in the cause. */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined
    ? messageOf(error.cause)
    : messageOf(error);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
