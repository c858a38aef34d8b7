import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LoupeError } from '../../../app/errors';
import { root } from '../../../build/paths.mjs';
import { ByteReader, ByteWriter } from '../../../main/engine/history/bytes';
import { BODY_DEFLATED, HEAD_BYTES, HEADS_DEFLATED } from '../../../main/engine/history/layout';
import { MessageColumns, propertyBytes } from '../../../main/engine/history/message-columns';
import { encodeProperties } from '../../../main/engine/history/properties';
import {
  decodeBody,
  decodeHeads,
  findTopic,
  RunEncoder,
  topicsOf,
  type EncodedRun,
} from '../../../main/engine/history/run';

/** The same numbers from 0 to 1 each time, so that what fails can be looked at. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface TestMessage {
  readonly topic: number;
  readonly id: number;
  readonly timeUs: number;
  readonly flags: number;
  readonly packetId: number;
  readonly properties: Buffer | null;
  /** As much as a run has of it. */
  readonly head: Buffer;
  readonly size: number;
}

/** In the order of arrival; half of the seeds make payloads that are as hard to compress as it gets. */
function randomMessages(seed: number, count: number): TestMessage[] {
  const random = randomFrom(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const bytes = (length: number): Buffer =>
    seed % 2 === 0
      ? Buffer.alloc(length, 'ab')
      : Buffer.from(Uint8Array.from({ length }, () => below(256)));
  const manyTopics = seed % 3 === 0;
  let id = seed % 5 === 0 ? 2 ** 52 : 1;
  return Array.from({ length: count }, () => {
    id += 1 + below(3) * below(100);
    const flags = below(32);
    const size = random() < 0.02 ? HEAD_BYTES - 1 + below(3) : below(200);
    return {
      topic: manyTopics ? 2 ** 32 - 1 - below(1_000) : 1 + below(5),
      id,
      // The clock is set back now and then.
      timeUs: 1_800_000_000_000_000 + id * 50 - below(2) * below(10_000_000),
      flags: (flags & 3) === 3 ? flags & ~1 : flags,
      packetId: (flags & 3) > 0 ? 1 + below(65_535) : 0,
      properties: random() < 0.1 ? bytes(below(300)) : null,
      head: bytes(Math.min(size, HEAD_BYTES)),
      size,
    };
  });
}

function columnsOf(messages: readonly TestMessage[]): MessageColumns {
  const columns = new MessageColumns();
  columns.reserve(messages.length);
  for (const [at, message] of messages.entries()) {
    columns.topics[at] = message.topic;
    columns.ids[at] = message.id;
    columns.timesUs[at] = message.timeUs;
    columns.flags[at] = message.flags;
    columns.packetIds[at] = message.packetId;
    columns.properties[at] = message.properties === null ? 0 : message.properties.length + 1;
    columns.sizes[at] = message.size;
    columns.places[at] = at;
    columns.bodies.push(Buffer.concat([message.properties ?? Buffer.alloc(0), message.head]));
  }
  columns.length = messages.length;
  return columns;
}

function encode(messages: readonly TestMessage[], compress: boolean): EncodedRun {
  const columns = columnsOf(messages);
  return new RunEncoder().encode(columns, columns.byTopic(), 0, messages.length, compress);
}

function decode(run: EncodedRun): TestMessage[] {
  const heads = decodeHeads(run);
  const body = Buffer.from(decodeBody(run.codec, run.body, heads));
  return Array.from({ length: heads.length }, (_, at) => {
    const begin = heads.offsets[at]!;
    const column = heads.properties[at]!;
    const payload = begin + propertyBytes(column);
    return {
      topic: heads.topics[at]!,
      id: heads.ids[at]!,
      timeUs: heads.timesUs[at]!,
      flags: heads.flags[at]!,
      packetId: heads.packetIds[at]!,
      properties: column === 0 ? null : body.subarray(begin, payload),
      head: body.subarray(payload, heads.offsets[at + 1]),
      size: heads.sizes[at]!,
    };
  });
}

function sorted(messages: readonly TestMessage[]): TestMessage[] {
  return messages.toSorted((one, other) => one.topic - other.topic || one.id - other.id);
}

const seeds = Array.from({ length: 30 }, (_, seed) => seed);

describe('a run', () => {
  it.each([false, true])('gives back every message (compressed: %s)', (compress) => {
    for (const seed of seeds) {
      const messages = randomMessages(seed, 1 + ((seed * 37) % 400));
      const run = encode(messages, compress);
      expect(decode(run)).toEqual(sorted(messages));
      expect(run).toMatchObject({
        messages: messages.length,
        firstTopic: Math.min(...messages.map(({ topic }) => topic)),
        lastTopic: Math.max(...messages.map(({ topic }) => topic)),
        firstId: Math.min(...messages.map(({ id }) => id)),
        lastId: Math.max(...messages.map(({ id }) => id)),
        firstUs: Math.min(...messages.map(({ timeUs }) => timeUs)),
        lastUs: Math.max(...messages.map(({ timeUs }) => timeUs)),
        large: messages.filter(({ size }) => size > HEAD_BYTES).length,
      });
    }
  });

  it('is what docs/history-format.md has as an example', () => {
    const page = readFileSync(join(root, 'docs', 'history-format.md'), 'utf8');
    const example = /```text\n(?<lines>.*?)```/su.exec(page)?.groups?.['lines'] ?? '';
    const told = new Map<string, string>();
    let blob = '';
    for (const line of example.split('\n')) {
      const found = /^(?<name>[a-z]*) +(?<hex>[0-9a-f]{2}(?: [0-9a-f]{2})*)(?: {2}|$)/u.exec(line);
      if (found?.groups === undefined) continue;
      blob = found.groups['name'] || blob;
      told.set(blob, (told.get(blob) ?? '') + (found.groups['hex'] ?? '').replaceAll(' ', ''));
    }
    const timeUs = 1_700_000_000_000_000;
    const plain = { flags: 0, packetId: 0, properties: null, size: 4 };
    const properties = Buffer.from(encodeProperties({ contentType: 't' }));
    const run = encode(
      [
        { ...plain, topic: 7, id: 41, timeUs, head: Buffer.from('21.5') },
        {
          ...plain,
          topic: 9,
          id: 42,
          timeUs: timeUs + 1_500,
          flags: 5,
          packetId: 300,
          head: Buffer.from('on'),
          size: 2,
        },
        {
          ...plain,
          topic: 7,
          id: 43,
          timeUs: timeUs + 2_000,
          properties,
          head: Buffer.from('21.6'),
        },
      ],
      false,
    );
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    expect(Object.fromEntries(told)).toEqual({
      topics: hex(run.topics),
      heads: hex(run.heads),
      body: hex(run.body),
    });
  });

  it('is compressed only where that makes it smaller', () => {
    const [easy, hard] = [2, 1].map((seed) => encode(randomMessages(seed, 300), true));
    expect(easy?.codec).toBe(HEADS_DEFLATED | BODY_DEFLATED);
    expect(easy!.body.length).toBeLessThan(easy!.rawBytes / 20);
    expect(hard!.codec & BODY_DEFLATED).toBe(0);
    expect(hard!.body).toHaveLength(hard!.rawBytes);
    expect(encode(randomMessages(2, 300), false).codec).toBe(0);
  });

  it('is encoded the same by an encoder that encoded something else before', () => {
    const columns = columnsOf(randomMessages(4, 300));
    const order = columns.byTopic();
    const encoder = new RunEncoder();
    encoder.encode(columns, order, 0, 300, true);
    const again = encoder.encode(columns, order, 100, 200, true);
    expect(again).toEqual(new RunEncoder().encode(columns, order, 100, 200, true));
    expect(again.messages).toBe(100);
  });

  it('tells its topics, and where one stands, without its heads', () => {
    for (const seed of seeds) {
      const messages = sorted(randomMessages(seed, 200));
      const { topics } = encode(messages, true);
      const wanted = [...new Set(messages.map(({ topic }) => topic))];
      const all = [...topicsOf(topics)];
      expect(all.map(({ topic }) => topic)).toEqual(wanted);
      for (const { topic, count } of all) {
        const from = messages.findIndex((message) => message.topic === topic);
        expect(messages.filter((message) => message.topic === topic)).toHaveLength(count);
        expect(findTopic(topics, topic)).toEqual({ from, to: from + count });
        if (!wanted.includes(topic + 1)) expect(findTopic(topics, topic + 1)).toBeNull();
      }
      expect(findTopic(topics, 0)).toBeNull();
    }
  });
});

describe('a damaged run', () => {
  /** True when it was refused in the one way that it may be. */
  function isRefused(run: EncodedRun): boolean {
    try {
      decode(run);
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(LoupeError);
      expect(error).toMatchObject({ code: 'history-unavailable' });
      return true;
    }
  }

  it('is refused, or has other messages: never anything else, whichever byte is wrong', () => {
    let refused = 0;
    for (const seed of seeds) {
      const random = randomFrom(seed);
      const run = encode(randomMessages(seed, 100), seed % 2 === 0);
      for (let round = 0; round < 60; round++) {
        const blob = (['topics', 'heads', 'body'] as const)[round % 3]!;
        const bytes = Uint8Array.from(run[blob]);
        const at = Math.floor(random() * bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        if (isRefused({ ...run, [blob]: bytes })) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  it.each(['topics', 'heads', 'body'] as const)(
    'is refused when %s are cut off or too long',
    (blob) => {
      for (const compress of [false, true]) {
        const run = encode(randomMessages(2, 100), compress);
        const bytes = run[blob];
        // What deflate needs not to tell its end is not missed.
        for (const cut of [bytes.length, Math.ceil(bytes.length / 2), 9]) {
          expect(isRefused({ ...run, [blob]: bytes.subarray(0, bytes.length - cut) })).toBe(true);
        }
      }
      const run = encode(randomMessages(2, 100), false);
      expect(isRefused({ ...run, [blob]: Buffer.concat([run[blob], Buffer.from([1, 1])]) })).toBe(
        true,
      );
    },
  );

  it('is refused when its codec is another', () => {
    const run = encode(randomMessages(2, 100), true);
    for (const codec of [0, HEADS_DEFLATED, BODY_DEFLATED]) {
      expect(isRefused({ ...run, codec })).toBe(true);
    }
  });

  it.each([0, 99, 101, 2 ** 31, 2 ** 40, 2 ** 53, -1, 1.5])(
    'is refused when its row says that it has %s messages, without room for so many',
    (count) => {
      for (const compress of [false, true]) {
        const before = process.memoryUsage().arrayBuffers;
        expect(isRefused({ ...encode(randomMessages(2, 100), compress), messages: count })).toBe(
          true,
        );
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
      }
    },
  );

  it('is refused before what blows up is blown up', () => {
    const bomb = deflateRawSync(Buffer.alloc(256 * 1024 * 1024));
    const run = encode(randomMessages(2, 100), true);
    const before = process.memoryUsage().arrayBuffers;
    expect(isRefused({ ...run, heads: bomb })).toBe(true);
    expect(isRefused({ ...run, body: bomb })).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  /** One message's heads: id, time, flags, packet identifier with QoS, properties, size. */
  function headsOf(flags: number, numbers: readonly number[]): Uint8Array {
    const out = new ByteWriter();
    out.number(0);
    out.number(0);
    out.byte(flags);
    for (const number of numbers) out.number(number);
    return Uint8Array.from(out.view());
  }
  const single = { ...encode(randomMessages(2, 1), false), topics: Uint8Array.of(1, 1) };

  it.each([
    ['a packet identifier', 1, [65_536, 0, 0]],
    ['a size', 0, [0, 268_435_456]],
    ['a size of properties', 0, [2 ** 40, 0]],
  ])('is refused when %s is larger than any can be', (_, flags, numbers) => {
    expect(isRefused({ ...single, heads: headsOf(flags, numbers) })).toBe(true);
  });

  it('is refused when its topic is none', () => {
    const topics = new ByteWriter();
    topics.number(2 ** 32);
    topics.number(1);
    const heads = headsOf(0, [0, 0]);
    const body = new Uint8Array(0);
    expect(isRefused({ ...single, heads, body })).toBe(false);
    expect(isRefused({ ...single, heads, body, topics: topics.view() })).toBe(true);
  });
});

describe('numbers as bytes', () => {
  const numbers = [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1];

  it('come back, of any size and sign', () => {
    const signed = [...numbers, ...numbers.map((number) => -number)]
      .filter((number) => Math.abs(number) <= 2 ** 52)
      .map((number) => (number === 0 ? 0 : number));
    const out = new ByteWriter();
    for (const number of numbers) out.number(number);
    for (const number of signed) out.signed(number);
    const source = new ByteReader(out.view());
    expect(numbers.map(() => source.number())).toEqual(numbers);
    expect(signed.map(() => source.signed())).toEqual(signed);
    expect(source.atEnd).toBe(true);
  });

  it('take a byte for each 7 bits', () => {
    for (const number of numbers) {
      const out = new ByteWriter();
      out.number(number);
      expect(out.length).toBe(Math.max(1, Math.ceil(Math.log2(number + 1) / 7)));
    }
  });

  it.each([
    ['nothing', []],
    ['a number that does not end', [0x80]],
    ['a number without end', Array.from({ length: 1_000 }, () => 0xff)],
    ['a number that is too large', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])('are refused when there is %s', (_, bytes) => {
    expect(() => new ByteReader(Uint8Array.from(bytes)).number()).toThrow(
      expect.objectContaining({ code: 'history-unavailable' }) as Error,
    );
  });
});
