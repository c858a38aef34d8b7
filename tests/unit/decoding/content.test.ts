import { describe, expect, test } from 'vitest';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { encode as packMessage } from '@msgpack/msgpack';
import { chainWords, reasonWords } from '../../../app/decoding/decoded';
import { unpackWithLibrary } from '../../../main/engine/decoding/decoders/zstd';
import { bytesOf, decode, decodeAs, hex, jsonOf, textOf } from '../../helpers/decoding';
import { randomFrom } from '../../helpers/random';

const document = '{"value": 21.4, "unit": "°C", "id": 12345678901234567890}';

describe('what a payload is, by its content', () => {
  test('packed JSON is unpacked and read, and says why', () => {
    const decoded = decode(gzipSync(document));
    expect(chainWords(decoded.steps)).toBe('gzip → JSON');
    expect(reasonWords(decoded)).toBe('because of its content');
    expect(textOf(decoded)).toBe(document);
  });

  test('chains go as deep as they are packed', () => {
    const packed = bytesOf(Buffer.from(deflateSync(gzipSync(document))).toString('base64'));
    const decoded = decodeAs(packed, 'base64');
    expect(chainWords(decoded.steps)).toBe('Base64 → deflate → gzip → JSON');
    expect(textOf(decoded)).toBe(document);
    const inHex = bytesOf(gzipSync(document).toString('hex'));
    expect(chainWords(decode(inHex).steps)).toBe('Hex text → gzip → JSON');
  });

  test.each([
    ['deflate', deflateSync(document)],
    ['deflate', deflateRawSync(document)],
    ['brotli', brotliCompressSync(document)],
  ])('%s is unpacked when asked for', (decoder, packed) => {
    expect(textOf(decodeAs(packed, decoder))).toBe(document);
  });

  test('zstd is unpacked by the runtime and by the library alike', async () => {
    const { zstdCompressSync } = await import('node:zlib');
    const text = document.repeat(5_000);
    const packed = zstdCompressSync(text);
    expect(Buffer.from(unpackWithLibrary(packed, 10_000_000)).toString()).toBe(text);
    expect(() => unpackWithLibrary(packed, 1_000)).toThrow(/more than 1 KB/);
    expect(() => unpackWithLibrary(packed.subarray(0, 40), 10_000_000)).toThrow(/damaged|early/);
    expect(chainWords(decode(zstdCompressSync(document)).steps)).toBe('zstd → JSON');
  });

  test('plain text, words and numbers are taken for nothing else', () => {
    for (const text of [
      'hello world, how are you',
      'abcdefghijklmnopqrst',
      '1234567890123456',
      'on',
    ]) {
      const decoded = decode(bytesOf(text));
      expect([text, decoded.steps, decoded.problem]).toEqual([text, [], null]);
    }
  });

  test('text of one encoding is text, and says so when the bytes do not fit', () => {
    const japanese = hex('93fa 967b 8cea');
    expect(textOf(decodeAs(japanese, 'text', { encoding: 'shift_jis' }))).toBe('日本語');
    expect(textOf(decodeAs(hex('c4e3bac3'), 'text', { encoding: 'gb18030' }))).toBe('你好');
    expect(textOf(decodeAs(hex('e9'), 'text', { encoding: 'iso-8859-1' }))).toBe('é');
    expect(textOf(decode(hex('fffe 6100 6200')))).toBe('ab');
    expect(decodeAs(hex('ff'), 'text', { encoding: 'utf-8' }).problem?.message).toMatch(
      /utf-8.*fit/,
    );
    expect(decodeAs(hex('ff'), 'text', { encoding: 'klingon' }).problem?.message).toMatch(
      /not known/,
    );
  });

  test('a content type decides, with the charset it names', () => {
    const decoded = decode(hex('93fa'), { contentType: 'text/plain; charset=shift_jis' });
    expect([textOf(decoded), reasonWords(decoded)]).toEqual([
      '日',
      'because of its content type text/plain',
    ]);
    expect(jsonOf(decode(hex('a1 61 61 01'), { contentType: 'application/vnd.x+cbor' }))).toEqual({
      a: 1,
    });
    expect(decode(bytesOf('no'), { contentType: 'application/gzip' }).problem?.label).toBe('gzip');
  });

  test.each([
    ['application/x-brotli', brotliCompressSync],
    ['br', brotliCompressSync],
    ['application/deflate', deflateRawSync],
    ['application/tlsrpt+gzip', gzipSync],
  ])('the content type %s unpacks', (contentType, pack) => {
    const decoded = decode(pack('{"a":1}'), { contentType });
    expect([jsonOf(decoded), reasonWords(decoded)]).toEqual([
      { a: 1 },
      `because of its content type ${contentType}`,
    ]);
  });

  test.each(['base64', 'hex'] as const)('a map of CBOR or MessagePack written as %s', (digits) => {
    for (const map of [
      hex('a2 66 73656e736f72 65 7072657373 61 76 18 2a'),
      hex('82 a6 73656e736f72 a5 7072657373 a1 76 2a'),
    ]) {
      const decoded = decode(bytesOf(Buffer.from(map).toString(digits)));
      expect([jsonOf(decoded), decoded.steps.length]).toEqual([{ sensor: 'press', v: 42 }, 2]);
    }
    for (const word of ['abcdefabcdefabcdef', 'a1b2c3d4a1b2c3d4', 'deadbeefdeadbeef1234'])
      expect(decode(bytesOf(word)).steps).toEqual([]);
  });
});

describe('numbers', () => {
  test.each([
    ['41ac0000', { type: 'float32' }, '21.5'],
    ['3dcccccd', { type: 'float32' }, '0.1'],
    ['0000ac41', { type: 'float32', order: 'little' }, '21.5'],
    ['0102 fffe', { type: 'int16' }, '[258,-2]'],
    ['ffffffffffffffff', { type: 'uint64' }, '18446744073709551615'],
    ['7ff0000000000000', { type: 'float64' }, '"Infinity"'],
    ['8000000000000000', { type: 'float64' }, '-0.0'],
  ])('%s as %o is %s', (bytes, options, text) => {
    expect(textOf(decodeAs(hex(bytes), 'numbers', options))).toBe(text);
  });

  test('a number that is cut says so and leaves the bytes', () => {
    const decoded = decodeAs(hex('41ac00'), 'numbers', { type: 'float32' });
    expect(decoded.problem?.message).toMatch(/3 bytes do not divide into numbers of 4/);
    expect(decoded.value.kind).toBe('bytes');
  });
});

describe('CBOR', () => {
  // RFC 8949, appendix A.
  test.each([
    ['1bffffffffffffffff', '18446744073709551615'],
    ['c249010000000000000000', '18446744073709551616'],
    ['3bffffffffffffffff', '-18446744073709551616'],
    ['f90000', '0'],
    ['f98000', '-0.0'],
    ['f93e00', '1.5'],
    ['fb3ff199999999999a', '1.1'],
    ['f90001', '5.960464477539063e-8'],
    ['fa47c35000', '100000'],
    ['f97e00', '"NaN"'],
    ['f7', '{"$undefined":true}'],
    ['f0', '{"$simple":16}'],
    ['c11a514b67b0', '{"$tag 1":1363896240,"time":"2013-03-21T20:04:00.000Z"}'],
    ['d74401020304', '{"$tag 23":"0x01020304"}'],
    ['62225c', String.raw`"\"\\"`],
    ['a201020304', '{"1":2,"3":4}'],
    ['a26161016161 02', '{"a":1,"a":2}'],
    ['826161a161626163', '["a",{"b":"c"}]'],
    ['5f42010243030405ff', '"0x0102030405"'],
    ['7f657374726561646d696e67ff', '"streaming"'],
    ['9f018202039f0405ffff', '[1,[2,3],[4,5]]'],
    ['bf61610161629f0203ffff', '{"a":1,"b":[2,3]}'],
    ['d9d9f7a1616101', '{"a":1}'],
    ['80', '[]'],
    ['a0', '{}'],
  ])('%s is %s', (bytes, text) => {
    expect(textOf(decodeAs(hex(bytes), 'cbor'))).toBe(text);
  });

  test.each([
    '',
    '18',
    '62',
    '62 61',
    '9b7fffffffffffffff',
    'bb7fffffffffffffff',
    'ff',
    '81',
    'a161',
    '5f01ff',
    '0102',
    '1c',
    '7f4161ff',
    'bf61ff',
    '62fffe',
  ])('what is not whole is told: %s', (bytes) => {
    const decoded = decodeAs(hex(bytes), 'cbor');
    expect(decoded.problem?.message).toMatch(/\w{3}/);
  });

  test('a hundred thousand levels are read', () => {
    const deep = new Uint8Array(100_001).fill(0x81);
    deep[100_000] = 0x01;
    const text = textOf(decodeAs(deep, 'cbor'));
    expect(text).toHaveLength(200_001);
    const tags = new Uint8Array(100_001).fill(0xc6);
    tags[100_000] = 0x01;
    expect(textOf(decodeAs(tags, 'cbor'))).toContain('$tag 6');
  });
});

describe('MessagePack', () => {
  test('what was packed comes back, numbers of 64 bits exact', () => {
    const value = {
      value: 21.5,
      list: [1, -5, 'é', null, true, [{}], []],
      big: 18_446_744_073_709_551_615n,
      10: 'ten',
      2: 'two',
    };
    const decoded = decode(packMessage(value, { useBigInt64: true }));
    expect(chainWords(decoded.steps)).toBe('MessagePack');
    expect(textOf(decoded)).toBe(
      '{"2":"two","10":"ten","value":21.5,"list":[1,-5,"é",null,true,[{}],[]],"big":18446744073709551615}',
    );
  });

  test('names repeat and are numbers; __proto__ is refused with words', () => {
    expect(textOf(decodeAs(hex('83 a161 01 a161 02 05 03'), 'msgpack'))).toBe(
      '{"a":1,"a":2,"5":3}',
    );
    const proto = hex('81 a9 5f5f70726f746f5f5f 01');
    expect(decodeAs(proto, 'msgpack').problem?.message).toMatch(/__proto__ is not allowed/);
  });

  test('timestamps keep their nanoseconds, unknown extensions their bytes', () => {
    expect(textOf(decodeAs(hex('c70cff 3b9ac9ff 0000000000000001'), 'msgpack'))).toBe(
      '"1970-01-01T00:00:01.999999999Z"',
    );
    expect(textOf(decodeAs(hex('d605 01020304'), 'msgpack'))).toBe('{"$extension 5":"0x01020304"}');
  });

  test.each(['', 'dd7fffffff', 'df7fffffff', 'a5616263', '92 01', 'c1', '0101'])(
    'what is not whole is told: %s',
    (bytes) => {
      expect(decodeAs(hex(bytes), 'msgpack').problem?.message).toMatch(/\w{3}/);
    },
  );
});

describe('hostile bytes', () => {
  test('bombs are refused at the limit, and more can be asked for', () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const decoded = decode(bomb, { maxBytes: 1_000_000 });
    expect(decoded.problem).toMatchObject({ label: 'gzip', isTooLarge: true });
    expect(decoded.problem?.message).toMatch(/more than 977 KB/);
    expect(decode(bomb, { maxBytes: 30_000_000 }).problem).toBeNull();
  });

  test('a payload packed in itself over and over ends', () => {
    let packed: Uint8Array = bytesOf(document);
    for (let index = 0; index < 40; index++) packed = gzipSync(packed);
    expect(decode(packed).steps.length).toBeLessThan(20);
  });

  test('no random or damaged bytes make any decoder throw or say nothing', () => {
    const random = randomFrom(7);
    const seeds = [
      gzipSync(document),
      packMessage({ a: [1, 2, { b: 'c' }] }),
      hex('bf61610161629f0203ffff'),
      bytesOf('<a b="c"><d>e</d></a>'),
    ];
    const ids = [
      'gzip',
      'deflate',
      'brotli',
      'zstd',
      'cbor',
      'msgpack',
      'protobuf-fields',
      'xml',
      'jwt',
      'image',
      'sparkplug',
      'json',
      'numbers',
      'base64',
      'hex',
      'skip',
      'text',
    ];
    for (let round = 0; round < 150; round++) {
      const seed = seeds[round % seeds.length]!;
      const bytes = Uint8Array.from(seed, (byte) =>
        random() < 0.1 ? Math.floor(random() * 256) : byte,
      );
      const cut = bytes.subarray(0, Math.floor(random() * (bytes.length + 1)));
      for (const id of ids) {
        const decoded = decodeAs(cut, id);
        if (decoded.problem) expect(decoded.problem.message).not.toBe('');
      }
      decode(cut);
    }
  });
});

describe('more values than memory', () => {
  test.each([
    ['cbor', Buffer.concat([hex('9a001e8480'), Buffer.alloc(2_000_000, 0xa0)])],
    ['msgpack', Buffer.concat([hex('dd001e8480'), Buffer.alloc(2_000_000, 0x80)])],
    ['msgpack', Buffer.concat(Array.from({ length: 50 }, () => hex('dd000fffff')))],
    ['numbers', Buffer.alloc(8_000_000)],
    ['xml', Buffer.from(`<a>${'<b/>'.repeat(1_100_000)}</a>`)],
    ['sparkplug', Buffer.alloc(5_000_000, Buffer.from([0x12, 0]))],
  ])('%s is refused with words', (decoder, bytes) => {
    expect(decodeAs(bytes, decoder).problem?.message).toMatch(/more than|exceeded|larger|early/);
  });
});
