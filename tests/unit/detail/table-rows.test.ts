import { expect, test } from 'vitest';
import { parseJson } from '../../../app/payload/json';
import { columnLook, tableOf, type JsonTable } from '../../../renderer/detail/viewers/table-rows';

function table(value: unknown): JsonTable {
  const json = parseJson(JSON.stringify(value));
  const found = json.ok ? tableOf(json.value) : null;
  if (!found) throw new Error('no table');
  return found;
}

test('a column is as wide as what stands in it, and numbers stand below each other', () => {
  const rows = table({
    list: [
      { id: 7, name: 'press', note: null },
      { id: 8, note: 'a'.repeat(90) },
    ],
  });
  const look = (name: string): unknown =>
    columnLook(rows, name, (cell) => (cell?.kind === 'string' ? cell.value : '12'));
  expect(rows).toMatchObject({ name: 'list', columns: ['id', 'name', 'note'] });
  expect(look('id')).toEqual({ characters: 4, isNumeric: true });
  expect(look('name')).toEqual({ characters: 5, isNumeric: false });
  expect(look('note')).toEqual({ characters: 32, isNumeric: false });
});
