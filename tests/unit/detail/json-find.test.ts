import { expect, test } from 'vitest';
import { jsonOf } from '../../../app/payload/detect';
import { JsonFind, keyAt, markedParts, openTo } from '../../../renderer/detail/json-find';
import { jsonRows } from '../../../renderer/detail/json-rows';

const valueOf = (text: string) => {
  const json = jsonOf(text);
  if (!json.ok) throw new Error(json.problem.message);
  return json.value;
};
const search = (text: string, wanted: string) => {
  const find = new JsonFind(valueOf(text), wanted);
  while (find.step(2));
  return find;
};

test('names and values are found in the order of the text, in any case, numbers as they are written', () => {
  const text =
    '{"Temp":{"x":1.50},"list":[true,null,"the TEMP"],"n":12345678901234567890,"temp":"temp"}';
  const { places, count } = search(text, 'temp');
  expect(places.map(keyAt)).toEqual(['\u0000Temp', '\u0000list\u00002', '\u0000temp']);
  expect(count).toBe(3);
  expect(search(text, '1.50').count).toBe(1);
  expect(search(text, '34567890').count).toBe(1);
  expect(search(text, 'null').count).toBe(1);
  expect(search(text, '.').count).toBe(1);
  expect(search(text, 'nowhere').count).toBe(0);
});

test('what is found in folded containers is among the rows when the way is opened', () => {
  const items = Array.from(
    { length: 200 },
    (_, at) => `{"id":${String(at)},"in":{"deep":"d${String(at)}"}}`,
  );
  const root = valueOf(`{"items":[${items.join(',')}]}`);
  const find = new JsonFind(root, 'd177');
  while (find.step(100));
  const [place] = find.places;
  if (!place) throw new Error('not found');
  expect(jsonRows(root, new Map()).some(({ key }) => key === keyAt(place))).toBe(false);
  const rows = jsonRows(root, openTo(place, new Map()));
  expect(rows.find(({ key }) => key === keyAt(place))?.value).toEqual({
    kind: 'string',
    value: 'd177',
  });
});

test('a document that is 100,000 levels deep is looked through', () => {
  const { count } = search(`${'['.repeat(100_000)}"here"${']'.repeat(100_000)}`, 'here');
  expect(count).toBe(1);
});

test('what is marked of a text is what matches, and nothing is lost', () => {
  const parts = markedParts('a(b) A(B)', '(b');
  expect(parts.filter(({ isFound }) => isFound).map(({ text }) => text)).toEqual(['(b', '(B']);
  expect(parts.map(({ text }) => text).join('')).toBe('a(b) A(B)');
  expect(markedParts('x', '')).toEqual([{ text: 'x', isFound: false }]);
});
