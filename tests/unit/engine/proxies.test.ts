import { describe, expect, test } from 'vitest';
import { environmentProxy, withEnvironment } from '../../../main/engine/mqtt/environment-proxy';
import { proxyOfAnswer } from '../../../main/engine/mqtt/proxy-choice';
import { isProxyException } from '../../../main/engine/mqtt/proxy-exceptions';

describe('the list of exceptions', () => {
  test.each([
    ['*', 'broker', 1883, true],
    ['', 'broker', 1883, false],
    ['broker.plant.test', 'broker.plant.test', 1883, true],
    ['BROKER.plant.test', 'broker.PLANT.test', 1883, true],
    ['plant.test', 'broker.plant.test', 1883, true],
    ['.plant.test', 'broker.plant.test', 1883, true],
    ['*.plant.test', 'broker.plant.test', 1883, true],
    ['plant.test', 'notplant.test', 1883, false],
    ['a, plant.test ;b', 'plant.test', 1883, true],
    ['plant.test:8883', 'plant.test', 8883, true],
    ['plant.test:8883', 'plant.test', 1883, false],
    ['10.0.0.0/8', '10.1.2.3', 1883, true],
    ['10.0.0.0/8', '11.1.2.3', 1883, false],
    ['10.0.0.0/99', '10.1.2.3', 1883, false],
    ['10.0.0.0/8', '10.name', 1883, false],
    ['fd00::/8', 'fd00::1', 1883, true],
    ['fd00::/8', '10.0.0.1', 1883, false],
    ['[::1]:1883', '::1', 1883, true],
    ['fe80::/10', 'fe80::1%eth0', 1883, true],
    ['<local>', 'broker', 1883, true],
    ['<local>', 'broker.test', 1883, false],
    ['<local>', '::1', 1883, false],
  ])('“%s” and %s:%d: %s', (list, host, port, expected) => {
    expect(isProxyException(list, host, port)).toBe(expected);
  });
});

describe('what the system answers', () => {
  test.each([
    ['DIRECT', null],
    ['', null],
    ['PROXY proxy:3128; DIRECT', { kind: 'http', host: 'proxy', port: 3128 }],
    ['PROXY proxy', { kind: 'http', host: 'proxy', port: 80 }],
    ['HTTPS proxy:443', { kind: 'https', host: 'proxy', port: 443 }],
    ['SOCKS [::1]:1080', { kind: 'socks5', host: '::1', port: 1080 }],
    [
      'SOCKS5 anna:p%40ss:x@proxy:1',
      { kind: 'socks5', host: 'proxy', port: 1, username: 'anna', password: 'p@ss:x' },
    ],
  ])('%s', (answer, proxy) => {
    expect(proxyOfAnswer(answer)).toEqual(proxy);
  });

  test('a kind that is not known is refused, not passed over', () => {
    expect(() => proxyOfAnswer('SOCKS4 proxy:1080; DIRECT')).toThrow('proxy');
  });
});

test('the environment names a proxy as other programs read it', () => {
  const url = 'https://broker.test:8883/';
  expect(environmentProxy(url, {})).toBe('DIRECT');
  expect(environmentProxy(url, { HTTPS_PROXY: 'http://proxy:3128' })).toBe('PROXY proxy:3128');
  expect(environmentProxy(url, { all_proxy: 'socks5h://a:b@proxy:1080/' })).toBe(
    'SOCKS5 a:b@proxy:1080',
  );
  expect(environmentProxy(url, { https_proxy: 'proxy:1', ALL_PROXY: 'socks5://no:1' })).toBe(
    'PROXY proxy:1',
  );
  const env = { all_proxy: 'socks5://proxy:1', NO_PROXY: 'localhost,.test' };
  expect(environmentProxy(url, env)).toBe('DIRECT');
  expect(environmentProxy('wss://[::1]:443/', { ...env, NO_PROXY: '::1' })).toBe('DIRECT');
  expect(environmentProxy('ws://h:80/', { ws_proxy: 'http://own:1', https_proxy: 'p:1' })).toBe(
    'PROXY own:1',
  );
});

test.each([
  ['PROXY proxy:1080', 'SOCKS5 a:b@proxy:1080', 'SOCKS5 a:b@proxy:1080'],
  ['PROXY Proxy:80', 'SOCKS5 proxy', 'SOCKS5 proxy'],
  ['PROXY [::1]:3128;DIRECT', 'PROXY joe:x@[::1]:3128', 'PROXY joe:x@[::1]:3128'],
  ['PROXY other:1080', 'SOCKS5 proxy:1080', 'PROXY other:1080'],
  ['PROXY proxy:1081', 'SOCKS5 proxy:1080', 'PROXY proxy:1081'],
  ['DIRECT', 'SOCKS5 proxy:1080', 'DIRECT'],
  ['PROXY proxy:1080', 'DIRECT', 'PROXY proxy:1080'],
  ['DIRECT', 'DIRECT', 'DIRECT'],
])('the system’s answer %s with %s in the environment is %s', (answer, environment, used) => {
  expect(withEnvironment(answer, environment)).toBe(used);
});
