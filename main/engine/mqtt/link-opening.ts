import type { Duplex } from 'node:stream';
import { messageOf } from '../../../app/errors';
import type { AskSecret } from '../../../app/secret';
import type { Credentials } from '../sign-in/sign-in';
import { willPayloadOf } from './will-payload';
import type { ConnectParts, SessionOptions } from './client-options';
import { secretFailure } from './stream-error';
import { openStream, StreamError } from './streams';
import type { StreamWatcher } from './stream-tap';
import type { SubscriptionSet } from './subscription-set';
import type { Surroundings } from './surroundings';

const OPEN_WITHIN_MS = 10_000;

export interface LinkOptions extends SessionOptions {
  /** What the CONNECT says of who we are. Rejects with words, or when the signal is aborted. */
  readonly credentials: (signal: AbortSignal) => Promise<Credentials>;
  /** For what opening the stream needs: the key's passphrase, the proxy's password. */
  readonly secret: AskSecret;
  /** See `ConnectionOptions`. */
  readonly signInWithinMs?: number | undefined;
  /** What the session is subscribed to. */
  readonly subscriptions: SubscriptionSet;
  readonly authorities: readonly string[];
  /** See `StreamOptions`. */
  readonly surroundings?: Surroundings | undefined;
  /** How the byte stream is opened. Default: a socket to the broker. */
  readonly open?: typeof openStream;
  /** Told of the stream, so that its packets can be looked at. */
  readonly watcher?: StreamWatcher | null;
  /** Whether messages that need not go through mqtt.js go past it; true unless told. */
  readonly direct?: boolean;
}

/**
 * All that has to be read before the socket is opened: a broker does not wait long for a CONNECT.
 * @throws StreamError
 */
export async function connectPartsOf(
  { credentials, profile }: LinkOptions,
  signal: AbortSignal,
): Promise<ConnectParts> {
  const parts = { credentials: await credentialsOf(credentials, signal) };
  try {
    return { ...parts, willPayload: await willPayloadOf(profile.will) };
  } catch (error) {
    throw new StreamError({ kind: 'will', message: messageOf(error) });
  }
}

async function credentialsOf(
  ask: LinkOptions['credentials'],
  signal: AbortSignal,
): Promise<Credentials> {
  try {
    return await ask(signal);
  } catch (error) {
    throw new StreamError(secretFailure(error) ?? { kind: 'sign-in', message: messageOf(error) });
  }
}

/** The byte stream to the broker. @throws StreamError */
export function openSocket(
  { open = openStream, profile, authorities, maxPacketBytes, secret, surroundings }: LinkOptions,
  signal: AbortSignal,
): Promise<Duplex> {
  return open(
    {
      ...{ profile, authorities, secret },
      timeoutMs: OPEN_WITHIN_MS,
      maxMessageBytes: maxPacketBytes,
      ...(surroundings && { surroundings }),
    },
    signal,
  );
}
