import { expect, test } from 'vitest';
import { dashboardOf, readable, SYSTEM_TABLES, tableFor } from '../../app/broker/figures';
import type { SystemTopic } from '../../app/contract-broker';

function topics(values: Record<string, string>): SystemTopic[] {
  return Object.entries(values).map(([topic, text]) => ({
    ...{ topic: `$SYS/${topic}`, text, kind: 'text', sizeBytes: text.length, timeMs: 1 },
    trend: [],
  }));
}

/** What each broker publishes, from its documentation or from running it. */
const BROKERS = {
  Mosquitto: {
    'broker/version': 'mosquitto version 2.0.11',
    'broker/clients/connected': '12',
    'broker/retained messages/count': '40',
    'broker/load/bytes/sent/5min': '2048.00',
    'broker/odd': 'x',
  },
  HiveMQ: { 'broker/version': 'HiveMQ 4.28', 'broker/messages/publish/received': '9' },
  EMQX: {
    'brokers/emqx@10.0.0.1/version': '5.8.0',
    'brokers/emqx@10.0.0.1/stats/connections/count': '7',
    'brokers/emqx@10.0.0.2/stats/connections.count': '8',
    'brokers/emqx@10.0.0.1/metrics/bytes/received': '1048576',
  },
  VerneMQ: {
    'VerneMQ@127.0.0.1/mqtt/publish/received': '5',
    'VerneMQ@127.0.0.1/retain/memory': '2048',
  },
  aedes: { 'mqtt-loupe-demo/heartbeat': 'mqtt-loupe-demo', 'mqtt-loupe-demo/uptime': '61' },
  'Broker with the common $SYS topics': { 'broker/clients/connected': '3' },
};

test('every broker is recognised by what it publishes, and by nothing else', () => {
  for (const [name, values] of Object.entries(BROKERS)) {
    expect(dashboardOf(topics(values)).broker).toBe(name);
  }
  // Before its first heartbeat, aedes tells only of what others do.
  expect(dashboardOf(topics({ 'demo/new/subscribes': '{}' })).broker).toBe('aedes');
  expect(tableFor(new Map([['$SYS/whatever', '1']]))).toBeNull();
  expect(dashboardOf([])).toEqual({ broker: null, groups: [], others: [] });
});

test('values are read with their units, nodes are named, and the rest is listed', () => {
  const { groups, others } = dashboardOf(topics(BROKERS.Mosquitto));
  expect(groups.map(({ group }) => group)).toEqual([
    'Broker',
    'Clients',
    'Subscriptions and retained',
    'Load',
  ]);
  expect(groups.at(-1)?.figures[0]).toMatchObject({ value: '2 KB/min', node: null });
  expect(others.map(({ topic }) => topic)).toEqual(['$SYS/broker/odd']);
  const emqx = dashboardOf(topics(BROKERS.EMQX)).groups.flatMap(({ figures }) => figures);
  expect(emqx.map(({ node, label, value }) => [node, label, value])).toEqual([
    ['emqx@10.0.0.1', 'Version', '5.8.0'],
    ['emqx@10.0.0.1', 'Connections', '7'],
    ['emqx@10.0.0.2', 'Connections', '8'],
    ['emqx@10.0.0.1', 'Bytes received', '1 MB'],
  ]);
});

test('a total shows how it grows, also when the broker began anew', () => {
  const [one] = topics({ 'broker/messages/received': '30' });
  const total = { ...(one as SystemTopic), trend: [100, 140, 10, 30] };
  const named = [...topics({ 'broker/version': 'mosquitto version 2' }), total];
  const figures = dashboardOf(named).groups.flatMap((group) => group.figures);
  expect(figures.at(-1)?.trend).toEqual([40, 0, 20]);
});

test('what is not as expected is shown as it came', () => {
  expect(readable('93784 seconds', 'duration')).toBe('1 d 2 h');
  expect(readable('0 seconds', 'duration')).toBe('0 s');
  expect(readable('3 days, 2 hours', 'duration')).toBe('3 days, 2 hours');
  expect(readable('n/a', 'bytes')).toBe('n/a');
  expect(readable('1234567', 'count')).toBe('1,234,567');
  expect(readable('12.345678', 'perMinute')).toBe('12.35/min');
});

test('no table has a topic twice', () => {
  for (const { rules } of SYSTEM_TABLES) {
    const names = rules.map(([topic]) => topic);
    expect(new Set(names).size).toBe(names.length);
  }
});
