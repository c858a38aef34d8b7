import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { Packet } from 'mqtt-packet';
import type { Finding } from '../../../app/doctor/finding';
import type { MqttVersion, Profile } from '../../../app/profile';
import { hexCode, reasonWords } from '../../../app/reason-codes';
import { isShared, type Subscription } from '../../../app/subscription';
import { writtenUsername } from '../mqtt/password-alone';
import { connackCode, saidText, type Connack } from './connack-answer';
import { ClosedError, DisconnectedError, PROTOCOLS, type MqttProbe } from './mqtt-probe';
import { NotMqttError } from './packet-reader';
import type { StepLog } from './step-log';
import { StepFailure, technicalOf } from './step-failure';
import { TimeLimitError } from './time-limit';

const SUBACK_MS = 8_000;
const RETURN_MS = 5_000;
const REFUSED = 0x80;

type Suback = Extract<Packet, { cmd: 'suback' }>;
type Puback = Extract<Packet, { cmd: 'puback' }>;
type Publish = Extract<Packet, { cmd: 'publish' }>;

export interface Greeting {
  readonly version: MqttVersion;
  readonly clientId: string;
  readonly clean: boolean;
  /** Seconds that the session is kept (MQTT 5); null: not at all. */
  readonly sessionExpirySeconds: number | null;
  readonly keepAlive: number;
  readonly username: string;
  readonly password: string | undefined;
  readonly enhanced: {
    readonly method: string;
    readonly first: Buffer;
    readonly answer: (challenge: Uint8Array) => Promise<Buffer>;
    readonly verify: (final: Uint8Array | undefined) => void;
  } | null;
}

/** Never with a last will: a test that is broken off must not set it off. */
export function connectPacket(greeting: Greeting): Packet {
  const { version, clientId, clean, keepAlive, password, enhanced } = greeting;
  const username = writtenUsername(greeting);
  const properties = {
    ...(greeting.sessionExpirySeconds === null
      ? {}
      : { sessionExpiryInterval: greeting.sessionExpirySeconds }),
    ...(enhanced === null
      ? {}
      : { authenticationMethod: enhanced.method, authenticationData: enhanced.first }),
  };
  return {
    cmd: 'connect',
    ...PROTOCOLS[version],
    ...{ clientId, clean, keepalive: keepAlive },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined || password === '' ? {} : { password: Buffer.from(password) }),
    ...(version === '5' ? { properties } : {}),
  };
}

/**
 * Sends CONNECT, answers what it is asked (AUTH), waits for the CONNACK, and lets the server prove itself where it lets us in.
 * Rejects as `MqttProbe.answer`.
 */
export async function greet(
  probe: MqttProbe,
  greeting: Greeting,
  limitMs: number,
  signal: AbortSignal,
): Promise<Connack> {
  let request = connectPacket(greeting);
  // SCRAM has one challenge; who asks on and on is not answered.
  for (let round = 0; round < 5; round += 1) {
    const packet = await probe.answer(
      request,
      (one): one is Connack | Extract<Packet, { cmd: 'auth' }> =>
        one.cmd === 'connack' || one.cmd === 'auth',
      limitMs,
      signal,
    );
    const { enhanced, version } = greeting;
    const data = packet.properties?.authenticationData;
    if (packet.cmd === 'connack') {
      if (connackCode(version, packet) === 0) await exchanged(() => enhanced?.verify(data));
      return packet;
    }
    if (enhanced === null) break;
    const answer = await exchanged(() => enhanced.answer(data ?? Buffer.alloc(0)));
    const { method } = enhanced;
    const properties = { authenticationMethod: method, authenticationData: answer };
    request = { cmd: 'auth', reasonCode: 0x18, properties };
  }
  throw new NotMqttError('AUTH that was not asked for');
}

/** A part of enhanced authentication that depends on what the server said. */
async function exchanged<T>(part: () => T | Promise<T>): Promise<T> {
  try {
    return await part();
  } catch (error) {
    const finding: Finding = {
      ...{ kind: 'sign-in-exchange', technical: '' },
      message: technicalOf(error),
    };
    throw new StepFailure(finding, 'Sign-in broken off');
  }
}

/** What an error while MQTT was spoken means, `closed` and `silent` as it is at this step. */
export function mqttFailure(
  error: unknown,
  silent: (technical: string, afterMs: number) => Finding,
  closed: (technical: string) => Finding,
): StepFailure {
  if (error instanceof StepFailure) return error;
  const technical = technicalOf(error);
  if (error instanceof TimeLimitError)
    return new StepFailure(silent(technical, error.limitMs), 'No answer');
  if (error instanceof DisconnectedError) {
    const code = error.packet.reasonCode ?? 0;
    const finding: Finding = {
      ...{ kind: 'disconnected', code },
      reasonString: saidText(error.packet.properties?.reasonString),
      serverReference: saidText(error.packet.properties?.serverReference),
      technical: `DISCONNECT ${hexCode(code)} (${reasonWords(code)})`,
    };
    return new StepFailure(finding, `Closed by the broker (${hexCode(code)})`);
  }
  if (error instanceof ClosedError) {
    const text = error.error === null ? 'closed without a word' : technicalOf(error.error);
    return new StepFailure(closed(text), 'Closed by the broker');
  }
  if (error instanceof NotMqttError)
    return new StepFailure({ kind: 'malformed', technical }, 'Not valid MQTT');
  return new StepFailure({ kind: 'internal', technical }, 'The test failed');
}

/** What a short test may ask for: shared ones would take messages away from their group. */
export function testable({ subscriptions }: Pick<Profile, 'subscriptions'>): {
  readonly tested: readonly Subscription[];
  readonly shared: readonly Subscription[];
} {
  const active = subscriptions.filter(({ paused }) => paused !== true);
  return {
    tested: active.filter(({ filter }) => !isShared(filter)),
    shared: active.filter(({ filter }) => isShared(filter)),
  };
}

/** Asks for every filter and gives all back at once. Rejects as `MqttProbe.answer`. */
export async function subscribe(
  probe: MqttProbe,
  wanted: readonly Subscription[],
  log: StepLog,
  signal: AbortSignal,
): Promise<void> {
  const messageId = 1;
  const suback = await probe.answer(
    {
      ...{ cmd: 'subscribe', messageId },
      // Retain Handling 2 (MQTT 5.0 §3.8.3.1): retained messages are not wanted.
      subscriptions: wanted.map(({ filter, qos }) => ({ topic: filter, qos, rh: 2 })),
    },
    (packet): packet is Suback => packet.cmd === 'suback' && packet.messageId === messageId,
    SUBACK_MS,
    signal,
  );
  const filters = wanted.map(({ filter }) => filter);
  probe.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: filters });
  const codes = suback.granted.map(Number);
  const refused = filters
    .map((filter, index) => ({ filter, code: codes[index] ?? REFUSED }))
    .filter(({ code }) => code >= REFUSED);
  wanted.forEach(({ filter, qos }, index) => {
    const code = codes[index] ?? REFUSED;
    const granted = code === qos ? 'granted' : `granted with QoS ${String(code)}`;
    const words = code < REFUSED ? granted : `refused: ${reasonWords(code)} (${hexCode(code)})`;
    log.fact(filter, words, code >= REFUSED ? 'bad' : code < qos ? 'warn' : 'good');
  });
  if (refused.length === 0) return;
  const technical = `SUBACK ${codes.map(hexCode).join(' ')}`;
  throw new StepFailure(
    { kind: 'subscriptions-refused', refused, technical },
    `${String(refused.length)} of ${String(filters.length)} refused`,
  );
}

export async function ping(probe: MqttProbe, limitMs: number, signal: AbortSignal): Promise<void> {
  await probe.answer(
    { cmd: 'pingreq' },
    (packet): packet is Extract<Packet, { cmd: 'pingresp' }> => packet.cmd === 'pingresp',
    limitMs,
    signal,
  );
}

/** Publishes a message to a topic of its own and receives it back. Rejects as `MqttProbe.answer`. */
export async function roundTrip(
  probe: MqttProbe,
  log: StepLog,
  signal: AbortSignal,
): Promise<void> {
  const topic = `mqtt-loupe/doctor/${randomBytes(8).toString('hex')}`;
  log.fact('Topic', topic);
  const suback = await probe.answer(
    { cmd: 'subscribe', messageId: 3, subscriptions: [{ topic, qos: 1 }] },
    (packet): packet is Suback => packet.cmd === 'suback' && packet.messageId === 3,
    SUBACK_MS,
    signal,
  );
  const subscribed = Number(suback.granted[0] ?? REFUSED) < REFUSED;
  const startedMs = performance.now();
  const isReturn = (packet: Packet): packet is Publish =>
    packet.cmd === 'publish' && packet.topic === topic;
  let returnedMs: number | null = null;
  const payload = 'MQTT Loupe connection test';
  const publish: Packet = {
    ...{ cmd: 'publish', messageId: 4, topic, payload, qos: 1 },
    ...{ retain: false, dup: false },
  };
  const puback = await probe.answer(
    publish,
    (packet): packet is Puback => {
      if (isReturn(packet)) returnedMs = performance.now() - startedMs;
      return packet.cmd === 'puback' && packet.messageId === 4;
    },
    RETURN_MS,
    signal,
  );
  const acknowledgedMs = performance.now() - startedMs;
  const code = puback.reasonCode ?? 0;
  if (code >= REFUSED) {
    const technical = `PUBACK ${hexCode(code)}`;
    throw new StepFailure({ kind: 'publish-refused', code, technical }, 'Not allowed');
  }
  log.fact('Acknowledged after', `${acknowledgedMs.toFixed(1)} ms`, 'good');
  const isBack = returnedMs !== null || (subscribed && (await comesBack(probe, isReturn, signal)));
  if (!isBack) {
    const technical = subscribed ? 'acknowledged, not delivered' : 'SUBACK 0x80';
    throw new StepFailure({ kind: 'not-returned', subscribed, technical }, 'Not received back');
  }
  returnedMs ??= performance.now() - startedMs;
  log.fact('Received back after', `${returnedMs.toFixed(1)} ms`, 'good');
}

async function comesBack(
  probe: MqttProbe,
  isReturn: (packet: Packet) => packet is Publish,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    // Something has to be sent while it is waited for: a ping is harmless.
    await probe.answer({ cmd: 'pingreq' }, isReturn, RETURN_MS, signal);
    return true;
  } catch (error) {
    if (error instanceof TimeLimitError) return false;
    throw error;
  }
}
