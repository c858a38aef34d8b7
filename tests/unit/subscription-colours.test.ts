import { describe, expect, test } from 'vitest';
import { PROFILE_COLOURS } from '../../app/profile-colours';
import { matchedFilter, type Subscription } from '../../app/subscription';
import { colourBook } from '../../app/subscription-colours';
import { topicMatches } from '../../app/topic';

const coloured = (filter: string, identifier?: number): Subscription => ({
  filter,
  qos: 0,
  colour: 'blue',
  ...(identifier === undefined ? {} : { identifier }),
});

describe('the colours of subscriptions', () => {
  test('are found as the specification matches filters', () => {
    const filters = [
      ...['#', '+', '+/+', 'a', 'a/#', 'a/+', 'a/b', '+/b', 'a//b', '/', '+/#', '/+'],
      ...['$SYS/#', '$SYS/+', '$share/group/a/+', 'a/+/c/#', '$share/group/#'],
    ];
    const topics = ['a', 'a/b', 'a/b/c', 'b', 'a//b', '/', '/x', '$SYS', '$SYS/up', 'a/x/c', ''];
    const book = colourBook(filters.map((filter) => coloured(filter)));
    for (const topic of topics) {
      const expected = filters.filter((filter) => topicMatches(matchedFilter(filter), topic));
      expect([topic, book(topic).map(({ filter }) => filter)]).toEqual([topic, expected]);
    }
  });

  test('of others than those with a colour are left out', () => {
    const [colour = 'blue'] = PROFILE_COLOURS;
    const book = colourBook([
      { filter: '#', qos: 0 },
      { filter: 'plant/#', qos: 0, colour },
    ]);
    expect(book('plant/line1')).toEqual([{ filter: 'plant/#', colour, identifier: null }]);
    expect(book('other')).toEqual([]);
  });

  test('the identifiers of a message say which of several it was', () => {
    const book = colourBook([coloured('a/#', 1), coloured('a/b', 2), coloured('+/b')]);
    const filters = (identifiers: readonly number[]): string[] =>
      book('a/b', identifiers).map(({ filter }) => filter);
    expect(filters([2])).toEqual(['a/b', '+/b']);
    expect(filters([])).toEqual(['a/#', 'a/b', '+/b']);
  });
});
