import avsc from 'avsc';
import Long from 'long';
import protobuf from 'protobufjs';
import { FileDescriptorSet } from 'protobufjs/ext/descriptor';
import { describe, expect, test } from 'vitest';
import type { DecodingSchema } from '../../../app/decoding/rules';
import { byteReadings } from '../../../app/payload/byte-readings';
import { avroFingerprint, readAvroSchema } from '../../../main/engine/decoding/avro-schema';
import { messageTypes, readProtobufSchema } from '../../../main/engine/decoding/protobuf-schema';
import { bytesOf, decode, decodeAs, hex, jsonOf, textOf } from '../../helpers/decoding';

function schema(
  kind: DecodingSchema['kind'],
  files: Record<string, string | Uint8Array>,
): DecodingSchema {
  return {
    ...{ id: 's', name: 'test', kind },
    files: Object.entries(files).map(([name, content]) => ({
      name,
      bytes: typeof content === 'string' ? bytesOf(content) : content,
    })),
  };
}

const sources = {
  'reading.proto': `syntax = "proto3"; package plant; import "common/motor.proto"; import "google/protobuf/timestamp.proto";
    message Reading { double value = 1; Motor motor = 2; int64 big = 3; State state = 4; google.protobuf.Timestamp at = 5;
      map<int64, string> names = 6; bytes raw = 7; repeated uint32 list = 8; float small = 9; }
    enum State { OFF = 0; ON = 1; }`,
  'motor.proto':
    'syntax = "proto3"; package plant; message Motor { string name = 1; Motor inner = 2; }',
};

describe('Protobuf with a schema', () => {
  const plant = schema('protobuf', sources);
  const type = readProtobufSchema(plant).lookupType('plant.Reading');
  const options = { schema: 's', messageType: 'plant.Reading' };

  test('imports are followed, types are listed, 64-bit numbers and times are exact', () => {
    expect(messageTypes(readProtobufSchema(plant))).toEqual(['plant.Motor', 'plant.Reading']);
    const bytes = type
      .encode({
        ...{
          value: 21.5,
          motor: { name: 'press' },
          state: 1,
          raw: hex('0aff'),
          list: [1, 2],
          small: 0.1,
        },
        big: Long.fromString('-9223372036854775808'),
        at: { seconds: 1_700_000_000, nanos: 5_000_000 },
      })
      .finish();
    expect(textOf(decodeAs(bytes, 'protobuf', options, { schemas: [plant] }))).toBe(
      '{"value":21.5,"motor":{"name":"press"},"big":-9223372036854775808,"state":"ON",' +
        '"at":"2023-11-14T22:13:20.005Z","raw":"0x0aff","list":[1,2],"small":0.1}',
    );
  });

  test('fields that the schema does not know are told', () => {
    const decoded = decodeAs(hex('1207 0a0370757a 1863 a00601'), 'protobuf', options, {
      schemas: [plant],
    });
    expect(jsonOf(decoded)).toEqual({ motor: { name: 'puz' } });
    expect(decoded.notes.join()).toMatch(/Motor 3.*Reading 100|Reading 100.*Motor 3/);
  });

  test('a descriptor set serves as well', () => {
    const root = readProtobufSchema(plant);
    const set = (
      root as unknown as { toDescriptor(syntax: string): protobuf.Message }
    ).toDescriptor('proto3');
    const described = schema('protobuf', { 'plant.desc': FileDescriptorSet.encode(set).finish() });
    expect(messageTypes(readProtobufSchema(described))).toContain('plant.Reading');
  });

  test.each([
    [
      'a missing import',
      { 'reading.proto': sources['reading.proto'] },
      /imports “common\/motor.proto”/,
    ],
    ['a mistake', { 'a.proto': 'message {' }, /a\.proto can't be understood/],
    ['no text', { 'a.proto': hex('ff') }, /no text in UTF-8/],
    [
      'a missing type',
      { 'a.proto': 'syntax = "proto3"; message A { B b = 1; }' },
      /type is missing/,
    ],
    ['no descriptor set', { 'a.desc': hex('ffff') }, /no descriptor set/],
  ])('%s in a schema is told', (_what, files, words) => {
    expect(() => readProtobufSchema(schema('protobuf', files as Record<string, string>))).toThrow(
      words,
    );
  });

  test('wrong bytes, a wrong type and nesting without end are told', () => {
    const tell = (bytes: Uint8Array, wish = options): string | undefined =>
      decodeAs(bytes, 'protobuf', wish, { schemas: [plant] }).problem?.message;
    expect(tell(hex('09 00'))).toMatch(/no plant.Reading/);
    expect(tell(hex(''), { schema: 's', messageType: 'plant.Nothing' })).toMatch(/no message type/);
    expect(tell(hex(''), { schema: '', messageType: '' })).toMatch(/No schema is chosen/);
    expect(tell(hex(''), { schema: 'x', messageType: '' })).toMatch(
      /schema that was chosen is no longer here/,
    );
    let nested = new Uint8Array();
    for (let depth = 0; depth < 5_000; depth++) {
      const length = protobuf.Writer.create().uint32(18).uint32(nested.length).finish();
      nested = new Uint8Array([...length, ...nested]);
    }
    expect(tell(nested)).toMatch(/nest|recursion|depth/i);
  });
});

describe('Protobuf without a schema', () => {
  test('fields with their place and what they may mean', () => {
    const decoded = decodeAs(
      hex('0d0000ac41 1207 0a057072657373 4805 1a04deadbeef'),
      'protobuf-fields',
    );
    if (decoded.value.kind !== 'fields') throw new Error(decoded.value.kind);
    const rows = decoded.value.fields.map(({ depth, number, text, start, end }) => [
      depth,
      number,
      text,
      start,
      end,
    ]);
    expect(rows).toEqual([
      [0, 1, '1101791232', 0, 5],
      [0, 2, '', 5, 14],
      [1, 1, '"press"', 7, 14],
      [0, 9, '5', 14, 16],
      [0, 3, '0xdeadbeef', 16, 22],
    ]);
    expect(decoded.value.fields[0]?.others).toEqual(['21.5 as float']);
  });

  test.each(['00', '08', '0d0000', '12ff', '0c', '0b', '0f'])('%s is no message', (bytes) => {
    expect(decodeAs(hex(bytes), 'protobuf-fields').problem?.message).toMatch(/offset \d/);
  });

  test('messages within messages end at a depth, not at the stack', () => {
    let nested = hex('0801');
    for (let depth = 0; depth < 300; depth++) {
      const head = protobuf.Writer.create().uint32(10).uint32(nested.length).finish();
      nested = new Uint8Array([...head, ...nested]);
    }
    expect(decodeAs(nested, 'protobuf-fields').problem).toBeNull();
  });
});

describe('Avro', () => {
  const source = JSON.stringify({
    ...{ type: 'record', name: 'Reading', namespace: 'plant' },
    fields: [
      { name: 'value', type: 'double' },
      { name: 'big', type: 'long' },
      { name: 'note', type: ['null', 'string'] },
    ],
  });
  const plant = schema('avro', { 'reading.avsc': source });
  const bytes = Buffer.concat([
    Buffer.from([0, 0, 0, 0, 0, 0x80, 0x35, 0x40]),
    Buffer.from('ffffffffffffffffff01', 'hex'),
    Buffer.from([2, 4, 0x68, 0x69]),
  ]);

  test('values are exact, and bytes that do not fit are told', () => {
    const decoded = decodeAs(bytes, 'avro', { schema: 's' }, { schemas: [plant] });
    expect(textOf(decoded)).toBe('{"value":21.5,"big":-9223372036854775808,"note":"hi"}');
    const cut = decodeAs(bytes.subarray(0, 12), 'avro', { schema: 's' }, { schemas: [plant] });
    expect(cut.problem?.message).toMatch(/do not fit the schema/);
    const list = schema('avro', { 'list.avsc': '{"type":"array","items":"null"}' });
    const endless = decodeAs(hex('feffffffff01 00'), 'avro', { schema: 's' }, { schemas: [list] });
    expect(endless.problem?.message).toMatch(/more than 1,000,000 values/);
    expect(() => readAvroSchema(schema('avro', { 'x.avsc': '{' }))).toThrow(/x\.avsc can't be/);
  });

  test('the header of single-object encoding names the schema', () => {
    // Avro 1.11 specification, §Schema fingerprints: that of "int".
    expect(avroFingerprint(avsc.Type.forSchema('int')).toString(16)).toBe('7275d51a3f395c8f');
    const header = Buffer.alloc(10);
    header.writeUInt16BE(0xc301);
    header.writeBigUInt64LE(avroFingerprint(readAvroSchema(plant)), 2);
    const known = decodeAs(
      Buffer.concat([header, bytes]),
      'avro',
      { schema: 's' },
      { schemas: [plant] },
    );
    expect([known.notes, jsonOf(known)]).toMatchObject([[], { value: 21.5 }]);
    header.writeUInt8(1, 5);
    const other = decodeAs(
      Buffer.concat([header, bytes]),
      'avro',
      { schema: 's' },
      { schemas: [plant] },
    );
    expect(other.notes.join()).toMatch(/another schema/);
  });
});

describe('Avro files', () => {
  const record = {
    ...{ type: 'record', name: 'Reading', namespace: 'plant' },
    fields: [
      { name: 'value', type: 'double' },
      { name: 'big', type: 'long' },
      { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['ON', 'OFF'] } },
      { name: 'other', type: ['null', 'plant.Kind'] },
      { name: 'id', type: { type: 'fixed', name: 'Id', size: 2 } },
      { name: 'inner', type: { type: 'array', items: 'Reading' } },
      { name: 'tags', type: { type: 'map', values: 'string' } },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    ],
  };
  const value = {
    ...{ value: 21.5, big: 7, kind: 'OFF', other: 'ON', id: Buffer.from([1, 2]), inner: [] },
    ...{ tags: { a: 'b' }, at: 1000 },
  };

  /** As the library writes them. */
  async function file(codec: string, values: readonly unknown[]): Promise<Buffer> {
    const encoder = new avsc.streams.BlockEncoder(
      avsc.Type.forSchema(record as avsc.Schema, { wrapUnions: false }),
      { codec },
    );
    const parts: Buffer[] = [];
    encoder.on('data', (part: Buffer) => parts.push(part));
    for (const one of values) encoder.write(one);
    encoder.end();
    await new Promise((resolve) => encoder.once('end', resolve));
    return Buffer.concat(parts);
  }

  test('are recognised, and decoded with the schema that they bring, packed or not', async () => {
    const shown = {
      ...{ value: 21.5, big: 7, kind: 'OFF', other: 'ON', id: '0x0102', inner: [] },
      ...{ tags: { a: 'b' }, at: 1000 },
    };
    for (const codec of ['null', 'deflate']) {
      const decoded = decode(await file(codec, [value, { ...value, inner: [value] }]));
      expect(decoded.steps.map(({ label }) => label)).toEqual(['Avro file']);
      expect(jsonOf(decoded)).toEqual([shown, { ...shown, inner: [shown] }]);
      expect(decoded.notes.join()).toContain('2 values in 1 block');
    }
  });

  test('that are cut, damaged, packed in another way or made to burst say so', async () => {
    const whole = await file('null', [value]);
    for (let end = 25; end < whole.length; end += 7) {
      expect(decodeAs(whole.subarray(0, end), 'avro-file').problem).not.toBeNull();
    }
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    expect(decodeAs(damaged, 'avro-file').problem?.message).toMatch(/is damaged/);
    const header = (schema: string, codec: string): Buffer =>
      Buffer.concat([
        Buffer.from('Obj\u0001'),
        Buffer.from([4, 22]),
        ...[Buffer.from('avro.schema'), Buffer.from([2 * schema.length]), Buffer.from(schema)],
        ...[Buffer.from([20]), Buffer.from('avro.codec'), Buffer.from([2 * codec.length])],
        ...[Buffer.from(codec), Buffer.from([0]), Buffer.alloc(16, 7)],
      ]);
    const block = Buffer.concat([Buffer.from([2, 2, 0]), Buffer.alloc(16, 7)]);
    const snappy = decodeAs(Buffer.concat([header('"int"', 'snappy'), block]), 'avro-file');
    expect(snappy.problem?.message).toContain('“snappy”, which is not known here');
    const nulls = Buffer.concat([hex('feffffffff01 00'), Buffer.alloc(16, 7)]);
    const burst = decodeAs(Buffer.concat([header('"null"', 'null'), nulls]), 'avro-file');
    expect(burst.problem?.message).toMatch(/more than 1,000,000 values/);
    const unknown = decodeAs(Buffer.concat([header('"Nope"', 'null'), block]), 'avro-file');
    expect(unknown.problem?.message).toContain('the type “Nope” is not known');
    const bomb = await file('deflate', [{ ...value, tags: { a: 'x'.repeat(1_000_000) } }]);
    const large = decodeAs(bomb, 'avro-file', {}, { maxBytes: 1000 });
    expect(large.problem?.isTooLarge).toBe(true);
  });
});

describe('XML', () => {
  test('elements, attributes and text in their order', () => {
    const decoded = decode(
      bytesOf('<?xml version="1.0"?><a id="7"><b>1 &amp; 2</b><b/><c x="y">z</c></a>'),
    );
    expect(decoded.steps.map(({ label }) => label)).toEqual(['XML']);
    expect(textOf(decoded)).toBe('{"a":{"@id":"7","b":"1 & 2","b":"","c":{"@x":"y","#text":"z"}}}');
  });

  test('entities are not expanded, and depth is no danger', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>';
    expect(decodeAs(bytesOf(bomb), 'xml').problem?.message).toMatch(/Not valid XML/);
    const deep = `${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}`;
    expect(decodeAs(bytesOf(deep), 'xml').problem).toBeNull();
    for (const text of ['<a>', '<a></b>', '', 'a', '<a/><b/>']) {
      expect(decodeAs(bytesOf(text), 'xml').problem?.message).toMatch(/Not valid XML/);
    }
  });
});

describe('tokens', () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (claims: unknown): Uint8Array =>
    bytesOf(`${part({ alg: 'none' })}.${part(claims)}.c2ln`);

  test('claims and expiry, never as verified', () => {
    const decoded = decode(token({ sub: 'me', exp: 1_000 }));
    expect(jsonOf(decoded)).toEqual({
      header: { alg: 'none' },
      claims: { sub: 'me', exp: 1_000 },
      signature: 'c2ln',
    });
    expect(decoded.notes).toEqual([
      'The signature was not checked: that needs the key. Anybody can write such a token.',
      'Expired 1970-01-01 00:16:40 UTC.',
    ]);
    expect(decode(token({})).notes.join()).toMatch(/names no time at which it expires/);
    expect(decode(token({ nbf: 4e9, exp: 5e9 })).notes.join()).toMatch(
      /Expires 2128.*Not valid before 2096/,
    );
    expect(decode(token({ exp: 1e20 })).notes.join()).toMatch(/“exp”, is no time/);
    expect(decodeAs(bytesOf('a.b.c'), 'jwt').problem?.message).toMatch(/no JSON/);
  });

  test('one without a signature says so: no key would help', () => {
    const unsigned = bytesOf(`${part({ alg: 'none' })}.${part({ sub: 'me' })}.`);
    expect(decode(unsigned).notes[0]).toBe('It has no signature. Anybody can write such a token.');
  });
});

describe('images', () => {
  test('kinds by their first bytes; too many pixels are refused', () => {
    const png = (width: number): Uint8Array =>
      hex(`89504e470d0a1a0a 0000000d49484452 ${width.toString(16).padStart(8, '0')} 00010000 08`);
    expect(decode(png(10)).value).toMatchObject({ kind: 'image', mediaType: 'image/png' });
    expect(decode(png(60_000)).problem?.message).toMatch(/60000 × 65536 pixels/);
    expect(decode(bytesOf('GIF89a\u0010\u0000\u0010\u0000____')).value).toMatchObject({
      mediaType: 'image/gif',
    });
    expect(decode(hex('ffd8ffe000104a4649460001 ffc0 0011 08 0010 0020')).value).toMatchObject({
      mediaType: 'image/jpeg',
    });
  });

  test('one that is cut off says so, one that is whole does not', () => {
    const riff = (size: string): string => `52494646 ${size} 57454250 56503820 ${'00'.repeat(14)}`;
    const whole = new Map([
      [
        'png',
        `89504e470d0a1a0a 0000000d49484452 ${'00000001'.repeat(2)} 0802000000 00000000
        00000001 49444154 00 00000000 0000000049454e44ae426082`,
      ],
      ['jpeg', 'ffd8ffe000104a4649460001 ffc0 0011 08 0010 0020 ffd9 ffda 0002 1234 ffd9 0000'],
      ['gif', '474946383961 10001000 000000 3b'],
      ['webp', riff('16000000')],
      ['bmp', `424d 1a000000 00000000 ${'00'.repeat(16)}`],
    ]);
    const parts = new Map([
      ['png', 45],
      ['jpeg', 25],
      ['gif', 13],
      ['webp', 29],
      ['bmp', 25],
    ]);
    for (const [kind, bytes] of whole) {
      const decoded = decode(hex(bytes));
      expect(decoded.value).toMatchObject({ kind: 'image', mediaType: `image/${kind}` });
      expect(decoded.notes).toEqual([]);
      const part = decode(hex(bytes).subarray(0, parts.get(kind)));
      expect(part.value).toMatchObject({ kind: 'image', mediaType: `image/${kind}` });
      expect(part.notes.join(), kind).toMatch(/cut off/);
    }
  });

  test('drawings that multiply themselves are not drawn', () => {
    const svg = (inner: string): Uint8Array =>
      bytesOf(`<svg xmlns="http://www.w3.org/2000/svg">${inner}</svg>`);
    expect(decode(svg('<rect/>')).value).toMatchObject({
      kind: 'image',
      mediaType: 'image/svg+xml',
    });
    expect(decode(svg('<use href="#a"/>'.repeat(30))).problem?.message).toMatch(
      /repeats more than 20/,
    );
    const bomb = bytesOf('<?xml version="1.0"?><svg><!ENTITY a "b"></svg>');
    expect(decodeAs(bomb, 'image').problem?.message).toMatch(/defines entities/);
  });
});

test('selected bytes are read as numbers in both orders, and as text', () => {
  expect(byteReadings(hex('0102'))).toEqual([
    { name: 'uint16', big: '258', little: '513' },
    { name: 'int16', big: '258', little: '513' },
    { name: 'text', big: String.raw`"\u0001\u0002"`, little: null },
  ]);
  expect(byteReadings(hex('41ac0000')).find(({ name }) => name === 'float32')?.big).toBe('21.5');
  expect(byteReadings(hex('ffffffffffffffff')).map(({ big }) => big)).toEqual([
    '18446744073709551615',
    '-1',
    'NaN',
  ]);
});
