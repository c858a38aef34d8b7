import { describe, expect, test } from 'vitest';
import { isTopicFilter, topicFilterProblem, topicMatches, topicNameProblem } from '../../app/topic';

describe('a topic name to publish to', () => {
  test('may be anything that MQTT allows', () => {
    for (const topic of ['a', '/', 'a//b', 'plant/线/🏭', ' ', '$SYS/x', 'x'.repeat(65_535)]) {
      expect(topicNameProblem(topic), topic.slice(0, 20)).toBeNull();
    }
  });

  test('is refused in words', () => {
    expect(topicNameProblem('')).toContain('Enter');
    expect(topicNameProblem('a/+')).toContain('wildcards');
    expect(topicNameProblem('a#')).toContain('wildcards');
    expect(topicNameProblem('a\u0000b')).toContain('NUL');
    expect(topicNameProblem('é'.repeat(32_768))).toContain('65,535');
  });
});

describe('a topic filter', () => {
  test('has its wildcards alone in their levels', () => {
    for (const filter of ['#', '+', 'a/#', '+/b', '/+', '+/+/#', '$SYS/#', 'a'])
      expect(topicFilterProblem(filter), filter).toBeNull();
    for (const filter of ['', 'a#', '#/a', 'a/b#', 'a+', '+a/b', 'a/+b'])
      expect(topicFilterProblem(filter), filter).not.toBeNull();
  });

  test('is told apart from plain text', () => {
    expect(['a/+/b', '#', 'a/#'].every(isTopicFilter)).toBe(true);
    expect(['temp', 'a+b', 'c#', 'a/#/b'].some(isTopicFilter)).toBe(false);
  });

  // The examples of MQTT 5.0 §4.7.1 and §4.7.2.
  test.each([
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
    ['sport/#', 'sport', true],
    ['#', '/finance', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/broker', false],
    ['+/monitor/Clients', '$SYS/monitor/Clients', false],
    ['$SYS/#', '$SYS/broker', true],
    ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
    ['a', 'A', false],
  ])('%s and %s: %s', (filter, topic, matches) => {
    expect(topicMatches(filter, topic)).toBe(matches);
  });
});
