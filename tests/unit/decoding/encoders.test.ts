import { describe, expect, test } from 'vitest';
import type { DecodingSchema } from '../../../app/decoding/rules';
import type { DecoderOptions } from '../../../app/decoding/decoded';
import { runEncode, type EncodeOutcome } from '../../../main/engine/decoding/encode';
import { encoderInfos } from '../../../main/engine/decoding/encoder-list';
import { NOTHING_BEFORE } from '../../../main/engine/decoding/sparkplug-births';
import type { SparkplugState } from '../../../main/engine/decoding/sparkplug-state';
import { bytesOf, decodeAs, textOf } from '../../helpers/decoding';
import { randomFrom } from '../../helpers/random';

interface Wishes {
  readonly options?: DecoderOptions;
  readonly packing?: readonly string[];
  readonly schemas?: readonly DecodingSchema[];
  readonly topic?: string;
  readonly sparkplug?: SparkplugState;
  readonly maxBytes?: number;
}

function encode(format: string, text: string, wishes: Wishes = {}): EncodeOutcome {
  const { options = {}, packing = [], schemas = [], topic = 'a/b', maxBytes = 8_000_000 } = wishes;
  return runEncode(
    { text, format, options, packing },
    {
      ...{ topic, maxBytes, sparkplug: wishes.sparkplug ?? null },
      schema: (id) => schemas.find((one) => one.id === id),
    },
  );
}

function bytes(format: string, text: string, wishes: Wishes = {}): Uint8Array {
  const outcome = encode(format, text, wishes);
  if (outcome.kind === 'problem') throw new Error(outcome.message);
  return outcome.bytes;
}

function hexOf(format: string, text: string, wishes: Wishes = {}): string {
  return Buffer.from(bytes(format, text, wishes)).toString('hex');
}

/** What is wrong, and the piece of the text that it is said of. */
function wrong(format: string, text: string, wishes: Wishes = {}): [string, string | null] {
  const outcome = encode(format, text, wishes);
  if (outcome.kind === 'bytes') throw new Error('It was encoded');
  const { message, start, end } = outcome;
  return [message, start === null ? null : text.slice(start, end ?? start)];
}

/** Decodes what was encoded, by the decoder of the same name. */
function there(format: string, text: string, wishes: Wishes = {}): string {
  const decoded = decodeAs(bytes(format, text, wishes), format, wishes.options ?? {}, {
    topic: wishes.topic ?? 'a/b',
    schemas: wishes.schemas ?? [],
    ...(wishes.sparkplug && { sparkplug: wishes.sparkplug }),
  });
  expect(decoded.problem).toBeNull();
  return textOf(decoded);
}

function schema(kind: DecodingSchema['kind'], name: string, content: string): DecodingSchema {
  return { id: 's', name: 'test', kind, files: [{ name, bytes: bytesOf(content) }] };
}

describe('texts and bytes', () => {
  test('a text goes as it stands', () => {
    expect(hexOf('text', '\ufeffä\r\n')).toBe('efbbbfc3a40d0a');
    expect(wrong('text', 'ab\ud83d')).toEqual([
      expect.stringMatching(/Half a character/),
      '\ud83d',
    ]);
  });

  test('JSON and XML go as they stand when they are right, and are wrong at a place', () => {
    expect(hexOf('json', ' {"a" :1.0}\n')).toBe(Buffer.from(' {"a" :1.0}\n').toString('hex'));
    const [message, place] = wrong('json', '{"a": 1,\n "b" 2}');
    expect(message).not.toBe('');
    expect(place).toBe('2');
    expect(hexOf('xml', '<a b="1">x</a>')).toBe(Buffer.from('<a b="1">x</a>').toString('hex'));
    expect(wrong('xml', '<a><b></a>')[0]).toMatch(/^Not valid XML: /);
  });

  test('hexadecimal and Base64 say where a digit is wrong', () => {
    expect(hexOf('hex', '0x0a FF\n10:02')).toBe('0aff1002');
    expect(wrong('hex', '0a fg')).toEqual([expect.stringMatching(/“g”/), 'g']);
    expect(wrong('hex', '0a f')).toEqual([expect.stringMatching(/two digits/), 'f']);
    expect(hexOf('base64', 'Cv8Q\nAg==')).toBe('0aff1002');
    expect(hexOf('base64', '-_8')).toBe('fbff');
    expect(wrong('base64', 'Cv8*')).toEqual([expect.stringMatching(/“\*”/), '*']);
    expect(wrong('base64', 'Cv8QA')[0]).toMatch(/within a group/);
    expect(wrong('base64', 'Cg==Cg==')[0]).toMatch(/behind the padding/);
  });

  test('what is packed unpacks to the same', () => {
    for (const id of encoderInfos.flatMap(({ id, packs }) => (packs ? [id] : []))) {
      const packed = bytes('json', '{"a":1}', { packing: [id] });
      const decoder = id.replace(/-text$/, '');
      expect(textOf(decodeAs(packed, decoder))).toBe('{"a":1}');
    }
    const twice = bytes('json', '{"a":1}', { packing: ['gzip', 'base64-text'] });
    expect(textOf(decodeAs(twice, 'base64'))).toBe('{"a":1}');
  });
});

/** JSON text of every kind of value, as the decoders write it. */
function randomJson(random: () => number, depth: number, withBytes: boolean): string {
  const pick = Math.floor(random() * (depth > 3 ? 6 : 8));
  const word = (): string =>
    JSON.stringify(
      ['', 'a', 'käse', '\u0000\n"', '😀', 'x'.repeat(40), '7'][Math.floor(random() * 7)],
    );
  const list = (item: () => string): string =>
    Array.from({ length: Math.floor(random() * 20) }, item).join(',');
  if (pick === 0) return 'null';
  if (pick === 1) return random() < 0.5 ? 'true' : 'false';
  if (pick === 2) return randomWhole(random);
  if (pick === 3)
    return String((random() - 0.5) * 10 ** Math.floor(random() * 40 - 20)).replace('+', '');
  if (pick === 4 && withBytes)
    return `"0x${Buffer.from(Array.from({ length: Math.floor(random() * 300) }, () => random() * 256)).toString('hex')}"`;
  if (pick <= 5) return word();
  if (pick === 6) return `[${list(() => randomJson(random, depth + 1, withBytes))}]`;
  return `{${list(() => `${word()}:${randomJson(random, depth + 1, withBytes)}`)}}`;
}

/** Around every length of a number. */
function randomWhole(random: () => number): string {
  const power = 2n ** BigInt([0, 5, 7, 8, 15, 16, 31, 32, 53, 63][Math.floor(random() * 10)] ?? 0);
  const near = power + BigInt(Math.floor(random() * 3) - 1);
  const number = random() < 0.5 && near <= 2n ** 63n ? -near : near;
  return String(number);
}

/** Floats are compared as numbers: their digits may be written in another way. */
function sameValue(text: string): unknown {
  return JSON.parse(
    text.replaceAll(/(?<=[[:,]|^)-?\d{16,}(?=[\],}]|$)/gu, (digits) => `"#${digits}"`),
  );
}

describe('CBOR and MessagePack of JSON', () => {
  test.each([
    [
      'cbor',
      '{"a":[1,-1,23,24,256,65536,4294967296,1.5,0.1,null,true,"x"]}',
      'a161618c01201718181901001a000100001b0000000100000000fa3fc00000fb3fb999999999999af6f56178',
    ],
    [
      'cbor',
      '["0x0aff",18446744073709551616,{"$tag 1":7},{"$undefined":true},{"$text":"0x00"}]',
      '85420affc249010000000000000000c107f76430783030',
    ],
    [
      'msgpack',
      '{"a":[1,-1,-33,128,256,65536,4294967296,1.5,0.1,null,false,"x"]}',
      '81a1619c01ffd0dfcc80cd0100ce00010000cf0000000100000000ca3fc00000cb3fb999999999999ac0c2a178',
    ],
    [
      'msgpack',
      '["0x0aff",{"$extension 5":"0x01"},{"$text":"0x00"}]',
      '93c4020affd40501a430783030',
    ],
  ])('%s of %s', (format, text, expected) => {
    expect(hexOf(format, text)).toBe(expected);
  });

  test.each(['cbor', 'msgpack'])('%s: what is encoded decodes to the same', (format) => {
    const random = randomFrom(format.length);
    for (let round = 0; round < 300; round += 1) {
      const text = randomJson(random, 0, true);
      expect(sameValue(there(format, text)), text).toEqual(sameValue(text));
    }
  });

  test('names that repeat stay, in their order', () => {
    expect(there('cbor', '{"a":1,"b":2,"a":3}')).toBe('{"a":1,"b":2,"a":3}');
    expect(there('msgpack', '{"a":1,"b":2,"a":3}')).toBe('{"a":1,"b":2,"a":3}');
  });

  test('what does not fit is said where it stands', () => {
    expect(wrong('msgpack', '{"a": [1, 18446744073709551616]}')).toEqual([
      expect.stringMatching(/64 bits/),
      '18446744073709551616',
    ]);
    expect(wrong('cbor', '{"a": 1e999}')).toEqual([expect.stringMatching(/larger than/), '1e999']);
    expect(wrong('cbor', '{"a": }')[1]).toBe('}');
    expect(wrong('cbor', ' ')[0]).toMatch(/Nothing is there/);
    expect(wrong('cbor', '["\\ud800"]')[0]).toMatch(/Half a character/);
  });

  test('hostile input ends with words', () => {
    expect(wrong('cbor', '['.repeat(100_000))[0]).not.toBe('');
    expect(wrong('cbor', `${'['.repeat(600)}${']'.repeat(600)}`)[0]).toMatch(/too deep/);
    expect(wrong('msgpack', '"xxxxxxxxxxxx"', { maxBytes: 10 })[0]).toMatch(/more than 10/);
    expect(wrong('nothing', 'x')[0]).toMatch(/not known/);
  });
});

describe('Protobuf of JSON', () => {
  const plant = schema(
    'protobuf',
    'plant.proto',
    `syntax = "proto3"; package plant; import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto";
    message Reading { double value = 1; Motor motor = 2; int64 big = 3; State state = 4; google.protobuf.Timestamp at = 5;
      map<int64, string> names = 6; bytes raw = 7; repeated uint32 list = 8; float small = 9; map<bool, Motor> both = 10;
      oneof way { string left = 11; string right = 12; } uint64 most = 13; google.protobuf.Duration took = 14; }
    message Motor { string name = 1; Motor inner = 2; } enum State { OFF = 0; ON = 1; }`,
  );
  const wishes: Wishes = {
    options: { schema: 's', messageType: 'plant.Reading' },
    schemas: [plant],
  };

  test('every kind of field is there again', () => {
    const text =
      '{"value":21.5,"motor":{"name":"press","inner":{"name":"x"}},"big":-9223372036854775808,"state":"ON",' +
      '"at":"2023-11-14T22:13:20.005Z","names":{"-1":"a"},"raw":"0x0aff","list":[1,4294967295],"small":0.1,' +
      '"both":{"true":{"name":"t"},"false":{"name":"f"}},"right":"r","most":18446744073709551615,"took":"1.500s"}';
    expect(JSON.parse(there('protobuf', text, wishes))).toEqual(JSON.parse(text));
    expect(there('protobuf', text, wishes)).toContain('-9223372036854775808');
    expect(there('protobuf', text, wishes)).toContain('18446744073709551615');
  });

  test('whole numbers are taken as text, too, as the JSON form of Protobuf writes them', () => {
    const text =
      '{"big":"-9223372036854775808","list":["1","4294967295"],"most":"18446744073709551615"}';
    expect(there('protobuf', text, wishes)).toBe(
      there('protobuf', text.replaceAll(/"(-?\d+)"/gu, '$1'), wishes),
    );
    expect(wrong('protobuf', '{"big":"9223372036854775808"}', wishes)[0]).toMatch(/does not fit/);
    expect(wrong('protobuf', '{"big":"1.5"}', wishes)[0]).toMatch(/whole number/);
  });

  test.each([
    ['{"valu": 1}', /Reading has no field “valu”; it has value, motor/, '1'],
    ['{"value": "x"}', /A number belongs here, not a text/, '"x"'],
    ['{"big": 9223372036854775808}', /does not fit/, '9223372036854775808'],
    ['{"big": 1.5}', /whole number/, '1.5'],
    ['{"state": "HALF"}', /no value “HALF”; it has OFF, ON/, '"HALF"'],
    ['{"list": [1, -1]}', /does not fit/, '-1'],
    ['{"raw": "text"}', /hexadecimal/, '"text"'],
    ['{"at": "noon"}', /not a time/, '"noon"'],
    ['{"left": "a", "right": "b"}', /Only one of “left” and “right”/, '"b"'],
    ['[1]', /An object belongs here/, '[1]'],
    ['{"__proto__": 1}', /no field “__proto__”/, '1'],
  ])('%s', (text, message, place) => {
    expect(wrong('protobuf', text, wishes)).toEqual([expect.stringMatching(message), place]);
  });

  test('without a schema it says what to bring', () => {
    expect(wrong('protobuf', '{}')[0]).toMatch(/No schema is chosen/);
  });
});

describe('Avro of JSON', () => {
  const plant = schema(
    'avro',
    'reading.avsc',
    JSON.stringify({
      type: 'record',
      name: 'Reading',
      fields: [
        { name: 'id', type: 'long' },
        { name: 'value', type: ['null', 'double', 'string', 'bytes'] },
        { name: 'state', type: { type: 'enum', name: 'State', symbols: ['OFF', 'ON'] } },
        { name: 'tags', type: { type: 'map', values: 'string' } },
        { name: 'parts', type: { type: 'array', items: 'float' } },
        { name: 'key', type: { type: 'fixed', name: 'Key', size: 2 } },
        { name: 'unit', type: 'string', default: '°C' },
      ],
    }),
  );
  const wishes: Wishes = { options: { schema: 's' }, schemas: [plant] };
  const document = (value: string): string =>
    `{"id":-9223372036854775808,"value":${value},"state":"ON","tags":{"a":"b","__proto__":"c"},"parts":[0.5,2],"key":"0x0a0b","unit":"K"}`;

  test.each(['null', '21.25', '3', '"text"', '"0x0aff"'])('a union with %s', (value) => {
    expect(there('avro', document(value), wishes)).toBe(document(value));
  });

  test('what is missing has its default; what does not fit is said where it stands', () => {
    const short = document('1').replace(',"unit":"K"', '');
    expect(there('avro', short, wishes)).toContain('"unit":"°C"');
    expect(wrong('avro', document('true'), wishes)).toEqual([
      expect.stringMatching(/One of/),
      'true',
    ]);
    expect(wrong('avro', document('1').replace('"ON"', '"NO"'), wishes)[1]).toBe('"NO"');
    expect(wrong('avro', document('1').replace('0x0a0b', '0x0a'), wishes)[0]).toMatch(/2 bytes/);
    expect(wrong('avro', '{"id": 1}', wishes)[0]).toMatch(/“value” is missing/);
    expect(wrong('avro', '{"id": 1, "x": 2}', wishes)[0]).toMatch(/no field “x”/);
  });
});

describe('Sparkplug B of JSON', () => {
  const topic = 'spBv1.0/plant/NDATA/edge';

  test('a birth with every plain type is there again', () => {
    const text =
      '{"timestamp":"2026-01-31T09:41:07.250Z","seq":0,"metrics":[' +
      '{"name":"a","alias":1,"value":-5,"datatype":"Int8","timestamp":"2026-01-31T09:41:07.000Z"},' +
      '{"name":"b","value":-9223372036854775808,"datatype":"Int64"},' +
      '{"name":"c","value":18446744073709551615,"datatype":"UInt64"},{"name":"d","value":0.5,"datatype":"Float"},' +
      '{"name":"e","value":0.1,"datatype":"Double"},{"name":"f","value":true,"datatype":"Boolean"},' +
      '{"name":"g","value":"x","datatype":"String"},{"name":"h","value":"2026-01-31T09:41:07.250Z","datatype":"DateTime"},' +
      '{"name":"i","value":"0x0aff","datatype":"Bytes","is_historical":true},{"name":"j","value":null,"datatype":"Int32",' +
      '"properties":{"unit":"°C","low":-1}}]}';
    const wishes = { topic: 'spBv1.0/plant/NBIRTH/edge' };
    expect(there('sparkplug', text, wishes)).toBe(text);
  });

  test('types come from the birth where the message says none', () => {
    const birth = bytes(
      'sparkplug',
      '{"seq":0,"metrics":[{"name":"t","alias":4,"value":1.5,"datatype":"Float"}]}',
    );
    const sparkplug = { ...NOTHING_BEFORE, nodeBirth: { id: 1, timeUs: 1, topic, payload: birth } };
    const text = '{"seq":1,"metrics":[{"alias":4,"value":2}]}';
    expect(JSON.parse(there('sparkplug', text, { topic, sparkplug }))).toEqual({
      seq: 1,
      metrics: [{ name: 't', alias: 4, value: 2, datatype: 'Float' }],
    });
    const outcome = encode('sparkplug', text, { topic });
    expect(outcome.kind === 'bytes' ? outcome.notes : []).toEqual([
      expect.stringMatching(/no datatype/),
    ]);
  });

  test('what does not fit is said where it stands; the state of a host is JSON', () => {
    const one = (metric: string): string => `{"metrics":[${metric}]}`;
    expect(
      wrong('sparkplug', one('{"name":"a","value":200,"datatype":"Int8"}'), { topic }),
    ).toEqual([expect.stringMatching(/from -128 to 127/), '200']);
    expect(wrong('sparkplug', one('{"name":"a","value":1,"datatype":"Int9"}'), { topic })[1]).toBe(
      '"Int9"',
    );
    expect(wrong('sparkplug', one('{"value":[],"datatype":"DataSet"}'), { topic })[0]).toMatch(
      /DataSet/,
    );
    expect(wrong('sparkplug', '{"metric":[]}', { topic })[0]).toMatch(/no “metric”/);
    expect(hexOf('sparkplug', '{"online":true}', { topic: 'spBv1.0/STATE/host' })).toBe(
      Buffer.from('{"online":true}').toString('hex'),
    );
  });
});
