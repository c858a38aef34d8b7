import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../helpers/random-stream';
import type { RandomStream } from '../helpers/random-stream';
import { runLink } from '../helpers/scripted-link';
import type { Outcome } from '../helpers/scripted-link';

/** `MQTT_LOUPE_STREAMS=20000 MQTT_LOUPE_SEED=1` for a long run. */
const STREAMS = Number(process.env['MQTT_LOUPE_STREAMS'] ?? 300);
const SEED = Number(process.env['MQTT_LOUPE_SEED'] ?? 1);

const CLOSED = 'closed here';

/** After our own close nobody expects anything, nor whether something wrong was noticed before it was done. */
function untilOurClose(messages: readonly string[]): string[] {
  const end = messages.indexOf(CLOSED);
  return messages.slice(0, end < 0 ? messages.length : end);
}

/** What must be the same. */
function comparable({ direct: _direct, ...outcome }: Outcome): Partial<Outcome> {
  const { messages } = outcome;
  if (messages.includes(CLOSED)) return { messages: untilOurClose(messages) };
  // How much is still heard and answered before a broken connection is closed is a matter of ticks.
  if (isBroken(outcome)) return { messages, closed: kindOf(outcome) };
  return { ...outcome, answers: byType(outcome.answers) };
}

/**
 * Acknowledgements have an order among those of one type [MQTT-4.6.0-2], [MQTT-4.6.0-3], [MQTT-4.6.0-4]; which of two
 * types comes first is a matter of when a slow handler is done.
 */
function byType(answers: readonly string[]): string[] {
  const typeOf = (answer: string): string => answer.slice(0, 1);
  return [...answers].sort((one, other) => typeOf(one).localeCompare(typeOf(other)));
}

function kindOf({ closed }: Pick<Outcome, 'closed'>): string {
  return /"kind":"(?<kind>[^"]+)"/u.exec(closed)?.groups?.['kind'] ?? 'closed by us';
}

/** Whether a packet, or a handler that failed, ended the connection: not the socket, and not we. */
function isBroken({ closed }: Pick<Outcome, 'closed'>): boolean {
  return !['closed by us', 'closed', 'socket'].includes(kindOf({ closed }));
}

/**
 * What ended it, where it may be either of two: a DISCONNECT or the malformed packet behind it, whichever is noticed first; or
 * a handler that failed at a message which mqtt.js would have thrown away before the malformed packet.
 */
function isOneOfTwo(stream: RandomStream, ...outcomes: readonly [Outcome, Outcome]): boolean {
  const kinds = outcomes.map(kindOf);
  if (!kinds.includes('malformed')) return false;
  return kinds.includes('server-disconnect') || (stream.throwsAt >= 0 && kinds.includes('unknown'));
}

/** A message over the limit is answered when it is noticed, which may be before or after the answer to an earlier one. */
function inAnyOrder(outcome: Outcome): Partial<Outcome> {
  return comparable({ ...outcome, answers: [...outcome.answers].sort() });
}

/** Chunk after chunk: nothing may differ but what is said here. */
async function comparePaced(
  name: string,
  stream: RandomStream,
  through: Outcome,
): Promise<Outcome> {
  const past = await runLink(stream, { direct: true, isPaced: true });
  const { messages } = through;
  // mqtt.js throws away what stands before a malformed packet and is not handled yet; what goes past it is heard.
  const heard = isBroken(through) ? past.messages.slice(0, messages.length) : past.messages;
  const hasRefusals = through.refused.length > 0;
  const compared = hasRefusals ? inAnyOrder : comparable;
  const closed = isOneOfTwo(stream, past, through) ? through.closed : past.closed;
  expect.soft(compared({ ...past, closed, messages: heard }), name).toEqual(compared(through));
  if (isBroken(through) && !hasRefusals) {
    for (const type of ['4', '5', '7']) {
      const one = past.answers.filter((answer) => answer.startsWith(type));
      const other = through.answers.filter((answer) => answer.startsWith(type));
      const both = Math.min(one.length, other.length);
      expect.soft(one.slice(0, both), name).toEqual(other.slice(0, both));
    }
  }
  return past;
}

/**
 * QoS 0 with DUP is not allowed [MQTT-3.3.1-2]. It is heard all the same, by way of mqtt.js, so that what ends the connection right
 * behind it may be noticed before it was handed on.
 */
function isAllowed(message: string): boolean {
  if (!message.startsWith('[')) return true;
  const [, , qos, , dup] = JSON.parse(message) as [string, string, number, boolean, boolean];
  return qos > 0 || !dup;
}

/** Chunks that come while others are being handled. */
async function compareFlood(
  name: string,
  stream: RandomStream,
  through: Outcome,
): Promise<Outcome> {
  const past = await runLink(stream, { direct: true, isPaced: false });
  if (isBroken(through)) {
    // What stands behind a packet that ends the connection may have been read before that is noticed, or not; and of two
    // such packets the later one may be noticed first. Among it may be the message at which we close.
    const weClosed = past.messages.includes(CLOSED);
    expect.soft(weClosed || isBroken(past), name).toBe(true);
    const heard = untilOurClose(past.messages).filter(isAllowed);
    const isBegunBy = (expected: readonly string[]): boolean =>
      isDeepStrictEqual(heard.slice(0, expected.length), expected);
    let expected = untilOurClose(through.messages).filter(isAllowed);
    // What is lost in a flood is lost by way of mqtt.js, too.
    if (!isBegunBy(expected)) {
      const flooded = await runLink(stream, { direct: false, isPaced: false });
      expected = untilOurClose(flooded.messages).filter(isAllowed);
    }
    expect.soft(heard.slice(0, expected.length), name).toEqual(expected);
  } else {
    expect.soft(inAnyOrder(past), name).toEqual(inAnyOrder(through));
  }
  return past;
}

describe('messages that go past mqtt.js', () => {
  it(
    `are the same, in the same order and with the same end, as those that go through it (seed ${String(SEED)})`,
    async () => {
      let messages = 0;
      let direct = 0;
      for (let seed = SEED; seed < SEED + STREAMS; seed += 1) {
        const name = `stream ${String(seed)}`;
        const stream = randomStream(seed);
        const through = await runLink(stream, { direct: false, isPaced: true });
        expect(through.direct).toBe(0);
        const paced = await comparePaced(name, stream, through);
        const flooded = await compareFlood(name, stream, through);
        messages += paced.messages.length + flooded.messages.length;
        direct += paced.direct + flooded.direct;
      }
      expect(direct).toBeGreaterThan(messages / 8);
    },
    20_000 + STREAMS * 500,
  );
});
