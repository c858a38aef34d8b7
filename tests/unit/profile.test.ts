import { describe, expect, test } from 'vitest';
import {
  brokerUrl,
  defaultProfileFields,
  parseBrokerUrl,
  profileProblems,
  withoutCredentials,
} from '../../app/profile';

const good = { ...defaultProfileFields(), name: 'Lab', host: 'localhost' };

describe('a profile', () => {
  test('with a name and a host is well', () => {
    expect(profileProblems(good)).toEqual(new Map());
  });

  test.each([
    ['name', { name: '  ' }, 'name'],
    ['host', { host: '' }, 'host name'],
    ['host', { host: 'mqtt://x' }, 'Paste a whole URL'],
    ['host', { host: 'a b' }, 'host name'],
    ['port', { port: 0 }, '1 to 65535'],
    ['port', { port: 65_536 }, '1 to 65535'],
    ['port', { port: Number.NaN }, '1 to 65535'],
    ['port', { port: 1.5 }, '1 to 65535'],
    ['keepAlive', { keepAlive: -1 }, '0 to 65535'],
    ['path', { path: 'mqtt' }, 'slash'],
    ['username', { username: 'a\nb' }, 'control characters'],
    ['name', { name: 'gpj.\u202eexe' }, 'control characters'],
    ['subscriptions.0.filter', { subscriptions: [{ filter: 'a#', qos: 0 }] }, 'alone'],
  ])('marks a wrong %s at its field', (field, change, words) => {
    expect(profileProblems({ ...good, ...change }).get(field)).toContain(words);
  });
});

describe('a broker’s URL', () => {
  test.each([
    ['mqtt://localhost', { protocol: 'mqtt', host: 'localhost', port: 1883 }, null],
    ['mqtts://a.b:8884', { protocol: 'mqtts', host: 'a.b', port: 8884 }, null],
    ['ws://h/mqtt', { protocol: 'ws', host: 'h', port: 80, path: '/mqtt' }, null],
    ['WSS://h:443/p/q?x=1', { protocol: 'wss', host: 'h', port: 443, path: '/p/q?x=1' }, null],
    [
      'unix:///run/my%20broker.sock',
      { protocol: 'unix', host: 'localhost', port: 1883, socketPath: '/run/my broker.sock' },
      null,
    ],
    [
      String.raw`\\.\pipe\broker`,
      { protocol: 'unix', host: 'localhost', port: 1883, socketPath: String.raw`\\.\pipe\broker` },
      null,
    ],
    ['mqtt://[fe80::1%25eth0]', { protocol: 'mqtt', host: 'fe80::1%eth0', port: 1883 }, null],
    ['mqtt://[fe80::1%eth0]', { protocol: 'mqtt', host: 'fe80::1%eth0', port: 1883 }, null],
    ['tcp://10.0.0.1:1884', { protocol: 'mqtt', host: '10.0.0.1', port: 1884 }, null],
    ['ssl://h', { protocol: 'mqtts', host: 'h', port: 8883 }, null],
    ['mqtt://[::1]:1883', { protocol: 'mqtt', host: '::1', port: 1883 }, null],
    [
      'mqtt://anna:p%40ss%3A@h',
      { protocol: 'mqtt', host: 'h', port: 1883, username: 'anna' },
      'p@ss:',
    ],
    ['  mqtt://anna@h  ', { protocol: 'mqtt', host: 'h', port: 1883, username: 'anna' }, null],
    ['mqtt://a%:100%@h', { protocol: 'mqtt', host: 'h', port: 1883, username: 'a%' }, '100%'],
    ['mqtt://anna:p@ss@h', { protocol: 'mqtt', host: 'h', port: 1883, username: 'anna' }, 'p@ss'],
    ['ws://h/at@home', { protocol: 'ws', host: 'h', port: 80, path: '/at@home' }, null],
  ])('%s fills the form', (text, fields, password) => {
    expect(parseBrokerUrl(text)).toEqual({ fields, password });
  });

  test.each([
    'localhost',
    'http://h',
    'mqtt://',
    'mqtt://h:99999',
    'mqtt://h:x',
    'javascript:alert(1)',
    'mqtt://<script>alert(1)</script>',
    'mqtt://a"b',
    'mqtt:/h',
    'mqtt://a\\b',
    'mqtt://anna:pa/ss@h',
  ])('%s is none', (text) => {
    expect(parseBrokerUrl(text)).toBeNull();
  });

  test.each([
    ['mqtt://anna:pa/ss@h:1883', 'mqtt://h:1883'],
    ['mqtt://anna:p@ss@h', 'mqtt://h'],
    ['anna:secret@h', 'h'],
    ['MQTT//anna:secret@h', 'MQTT//h'],
    ['mqtt://anna:se\ncret@h', 'mqtt://h'],
    ['mqtt://h', 'mqtt://h'],
    ['localhost', 'localhost'],
  ])('%j is shown as %s', (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
  });

  test('is written without credentials', () => {
    const withCredentials = { ...good, username: 'anna' };
    expect(brokerUrl(withCredentials)).toBe('mqtt://localhost:1883');
    expect(brokerUrl({ ...good, protocol: 'wss', host: '::1', port: 443, path: '/m' })).toBe(
      'wss://[::1]:443/m',
    );
  });
});
