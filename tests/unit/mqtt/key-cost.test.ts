import { describe, expect, it } from 'vitest';
import { isCostly, isCostlyBlock } from '../../../main/engine/mqtt/key-cost';

/** An element of DER, its length in the long form where it must be. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
const integer = (value: number): Buffer => {
  const hex = value.toString(16);
  return der(0x02, Buffer.from(`00${hex.length % 2 === 0 ? '' : '0'}${hex}`, 'hex'));
};
const salt = der(0x04, Buffer.from('0102030405060708', 'hex'));
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

/** PKCS#8 that is encrypted with a key from these parameters (RFC 8018 §A.4). */
function encrypted(...parameters: readonly Buffer[]): Buffer {
  const derivation = sequence(oid('2a864886f70d01050c'), sequence(salt, ...parameters));
  const algorithm = sequence(oid('2a864886f70d01050d'), sequence(derivation));
  return sequence(algorithm, der(0x04, Buffer.alloc(200, 0xee)));
}
const pem = (bytes: Buffer): string =>
  `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;

describe('a key whose passphrase is protected with work', () => {
  it.each([2_048, 600_000, 1_000_000])('is opened with %i rounds', (rounds) => {
    expect(isCostly(encrypted(integer(rounds)))).toBe(false);
    expect(isCostlyBlock(pem(encrypted(integer(rounds), integer(32))))).toBe(false);
  });

  it.each([5_000_000, 2_147_483_647])('is not opened with %i rounds', (rounds) => {
    expect(isCostly(encrypted(integer(rounds)))).toBe(true);
    expect(isCostlyBlock(pem(encrypted(integer(rounds), integer(32))))).toBe(true);
  });

  it('with scrypt is opened with the usual numbers only', () => {
    expect(isCostly(encrypted(integer(16_384), integer(8), integer(1)))).toBe(false);
    expect(isCostly(encrypted(integer(16_384), integer(8), integer(1_000_000)))).toBe(true);
    expect(isCostly(encrypted(integer(2 ** 30), integer(8), integer(1)))).toBe(true);
  });

  it('is found within the parts of a P12, all of which count together', () => {
    const part = (rounds: number): Buffer => der(0x04, encrypted(integer(rounds)));
    const p12 = (...parts: readonly Buffer[]): Buffer =>
      sequence(integer(3), sequence(oid('2a864886f70d010701'), der(0xa0, ...parts)));
    expect(isCostly(p12(part(2_048), part(2_048)))).toBe(false);
    expect(isCostly(p12(part(3_000_000), part(3_000_000)))).toBe(true);
  });

  it('that is nested without end, or no DER at all, is looked at in no time', () => {
    let nested = salt;
    for (let depth = 0; depth < 1_000; depth += 1) nested = sequence(nested);
    expect(isCostly(nested)).toBe(false);
    expect(isCostly(Buffer.alloc(0))).toBe(false);
    expect(isCostly(Buffer.from('hello'))).toBe(false);
  });
});
