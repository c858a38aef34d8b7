import { describe, expect, it } from 'vitest';
import type { MessageProperties } from '../../../app/message';
import { decodeProperties, encodeProperties } from '../../../main/engine/history/properties';

function roundTrip(properties: MessageProperties): MessageProperties {
  return decodeProperties(Buffer.from(encodeProperties(properties)));
}

describe('stored message properties', () => {
  it('come back exactly, all of them', () => {
    const all: MessageProperties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 0xffff_ffff,
      topicAlias: 65_535,
      responseTopic: 'réponse/\u0000/🌡',
      correlationData: Uint8Array.from({ length: 256 }, (_, index) => index),
      userProperties: [
        ['unit', '°C'],
        ['unit', 'K'],
        ['', ''],
      ],
      subscriptionIdentifiers: [1, 268_435_455, 1],
      contentType: '\ufeffapplication/json',
    };
    expect(roundTrip(all)).toEqual(all);
  });

  it('tell an empty or false value from a missing one', () => {
    const empty: MessageProperties = {
      payloadFormatIndicator: false,
      messageExpiryInterval: 0,
      topicAlias: 0,
      responseTopic: '',
      correlationData: new Uint8Array(0),
      contentType: '',
    };
    expect(roundTrip(empty)).toEqual(empty);
    expect(roundTrip({})).toEqual({});
  });

  it('keep hostile names as data', () => {
    const hostile: MessageProperties = {
      userProperties: [
        ['__proto__', 'polluted'],
        ['constructor', '<img src=x onerror=alert(1)>'],
        ['toString', '\u0000'],
      ],
    };
    const back = roundTrip(hostile);
    expect(back).toEqual(hostile);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('have no limit of 65,535 bytes: decoded text may have grown', () => {
    const long = { userProperties: [['name', '\ufffd'.repeat(65_535)]] } as const;
    expect(roundTrip(long)).toEqual(long);
  });

  it('do not share memory with the row that they came from', () => {
    const stored = Buffer.from(encodeProperties({ correlationData: Uint8Array.of(1, 2, 3) }));
    const back = decodeProperties(stored);
    stored.fill(0);
    expect(back.correlationData).toEqual(Uint8Array.of(1, 2, 3));
  });

  it.each([
    ['cut off', [0x09, 5, 1, 2]],
    ['of an unknown kind', [0x7f, 1]],
    ['with an endless number', Array<number>(20).fill(0xff)],
  ])('are reported as damaged when they are %s', (_, damaged) => {
    expect(() => decodeProperties(Uint8Array.from(damaged))).toThrow(
      expect.objectContaining({ code: 'history-unavailable' }) as Error,
    );
  });

  it('refuse a number that cannot be stored', () => {
    expect(() => encodeProperties({ messageExpiryInterval: -1 })).toThrow(/cannot be stored/);
  });
});
