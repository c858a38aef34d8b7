import { expect, it } from 'vitest';
import { hexRow } from '../../../app/payload/hex';
import {
  byteAtColumn,
  hexColumn,
  hexColumns,
  parts,
} from '../../../renderer/detail/viewers/hex-cells';

const BYTES = Uint8Array.from({ length: 16 }, (_, at) => 0xf0 + at);

it.each([4, 8, 16])('finds the digits of each of %i bytes in the row', (rowBytes) => {
  const { hex } = hexRow(BYTES, 0, rowBytes);
  for (let at = 0; at < rowBytes; at++) {
    const digits = hex.slice(hexColumn(at), hexColumn(at) + 2);
    expect(digits).toBe((0xf0 + at).toString(16));
  }
  expect(hexColumns(rowBytes)).toBe(hex.length + 1);
});

it('finds the byte at any place of a row, a space belonging to the byte before it', () => {
  for (let at = 0; at < 16; at++) {
    const next = at === 15 ? hexColumns(16) : hexColumn(at + 1);
    for (let column = hexColumn(at); column < next; column += 0.25) {
      expect(byteAtColumn(column), `column ${String(column)}`).toBe(at);
    }
  }
});

it('divides a text where the selection begins and ends', () => {
  expect(parts('0a ff 10', 3, 5)).toEqual(['0a ', 'ff', ' 10']);
  expect(parts('0a ff 10', 0, 0)).toEqual(['', '', '0a ff 10']);
});
