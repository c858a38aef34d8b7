import { setTimeout as wait } from 'node:timers/promises';
import { LoupeError } from '../../../app/errors';
import type { QoS } from '../../../app/message';
import type { Subscription } from '../../../app/subscription';
import { messagePropertiesOf } from '../message-properties';
import type { Arrived } from '../mqtt/types';
import type { OwnConnection } from './own-connection';
import type { RetainedMessage } from './retained-list';

/** A broker says nowhere that it has sent all that it keeps: where nothing comes for so long, that was all. */
const QUIET_MS = 1_000;
const LOOK_MS = 20;
/** The same for topics that are asked for by name: there is at most one message of each. */
const NAMED_QUIET_MS = 300;
/** A queue of Mosquitto holds 1,000 messages unless it is told otherwise. */
const FILTERS_A_STEP = 500;

export interface Asking {
  readonly own: OwnConnection;
  readonly signal: AbortSignal;
}

/**
 * Has the broker send what it keeps under a filter.
 * @param qos the highest that it is sent with: more than a broker's queue holds may be lost with 1 and 2, but with 0 the
 *   level that it is kept with is not told
 * @param isAll said after each message: whether it was the last one that is waited for
 * @throws LoupeError `publish-refused` when the filter is refused
 */
export async function askFor(
  { own, signal }: Asking,
  filters: readonly string[],
  qos: QoS,
  take: (message: RetainedMessage) => void,
  isAll: () => boolean = () => false,
  quietMs = QUIET_MS,
): Promise<void> {
  let lastMs = performance.now();
  let whenAll: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    whenAll = resolve;
  });
  const onMessage = (message: Arrived): void => {
    lastMs = performance.now();
    take(retainedOf(message));
    if (isAll()) whenAll();
  };
  const outcomes = await own.subscribe(
    filters.map((filter) => asked(filter, qos)),
    onMessage,
    signal,
  );
  const refused = outcomes.find(({ granted }) => granted === null);
  if (refused) {
    throw new LoupeError(
      'publish-refused',
      `The retained messages of ${refused.filter} cannot be read. ${refused.reason ?? ''}`.trim(),
    );
  }
  lastMs = Math.max(lastMs, performance.now());
  while (performance.now() - lastMs < quietMs && !isAll()) {
    await Promise.race([wait(LOOK_MS, undefined, { signal }), all]);
    if (own.lost !== null) throw new LoupeError('not-connected', own.lost);
  }
}

/** Asks for topics by name, some at a time: what a queue of the broker did not hold comes then. */
export async function askByName(
  asking: Asking,
  topics: readonly string[],
  take: (message: RetainedMessage) => void,
): Promise<void> {
  for (let at = 0; at < topics.length; at += FILTERS_A_STEP) {
    const some = new Set(topics.slice(at, at + FILTERS_A_STEP));
    await askFor(
      asking,
      [...some],
      2,
      (message) => {
        some.delete(message.topic);
        take(message);
      },
      () => some.size === 0,
      NAMED_QUIET_MS,
    );
  }
}

function asked(filter: string, qos: QoS): Subscription {
  // Without Retain As Published only what is kept by the broker comes with the flag, also in MQTT 5 [MQTT-3.3.1-12].
  return { filter, qos, retainAsPublished: false, retainHandling: 0 };
}

function retainedOf({ topic, payload, qos, properties }: Arrived): RetainedMessage {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const own = properties ? messagePropertiesOf(properties) : null;
  // A copy: the packet's bytes are a slice of the socket's buffer.
  return { topic, payload: new Uint8Array(bytes), qos, properties: own };
}
