import { describe, expect, it } from 'vitest';
import { escapeHidden } from '../../app/payload/escape';
import { decodeUtf8 } from '../../app/payload/utf8';
import { topicBytes, topicFlaws, topicText } from '../../app/topic-bytes';
import { topicNameProblem } from '../../app/topic';
import { seededRandom } from '../../main/engine/demo/plant';

/** Bytes near the edges of UTF-8, where most of what can go wrong goes wrong. */
const EDGES = [
  0x00, 0x2f, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed,
  0xef, 0xf0, 0xf4, 0xf5, 0xff,
];

describe('a topic of any bytes', () => {
  it('is the text that it is, where it is UTF-8', () => {
    for (const text of ['a/b', 'grüße/✓/🌡', '\ufeffmark', 'x\ufffd', '\u{10ff7f}', '']) {
      expect(topicText(Buffer.from(text))).toBe(text);
      expect(topicFlaws(text)).toEqual([]);
    }
  });

  it('gives its bytes back, so that no two of them share a text', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 30_000; round += 1) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 7) }, () => {
        return EDGES[Math.floor(random() * EDGES.length)]!;
      });
      const text = topicText(bytes);
      expect([...topicBytes(text)]).toEqual([...bytes]);
      const valid = decodeUtf8(bytes);
      // A decoder's own text, wherever the bytes allow one and it is none of the characters that stand for a byte.
      if (valid !== null && !/[\u{10ff80}-\u{10ffff}]/u.test(valid)) expect(text).toBe(valid);
      else expect(topicFlaws(text)).not.toEqual([]);
    }
  });

  it('keeps its bytes in UTF-8, which is how it is stored', () => {
    const text = topicText(Uint8Array.of(0x61, 0xff, 0x80, 0xed, 0xa0, 0x80));
    expect(Buffer.from(text).toString()).toBe(text);
  });

  it('is shown with its bytes, and can not be published to', () => {
    const topic = topicText(Uint8Array.of(0x61, 0xff, 0x0a, 0x80));
    expect(escapeHidden(topic)).toBe('a\\xff\\n\\x80');
    expect(topicNameProblem(topic)).toContain('UTF-8');
  });

  it('says each thing that MQTT forbids', () => {
    expect(topicFlaws('a\0b')).toHaveLength(1);
    expect(topicFlaws('a/+/b#')).toHaveLength(1);
    expect(topicFlaws(topicText(Uint8Array.of(0xff, 0x00, 0x23)))).toHaveLength(3);
  });
});
