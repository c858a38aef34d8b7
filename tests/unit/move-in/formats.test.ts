import { describe, expect, it } from 'vitest';
import { readConnections } from '../../../app/move-in/read-text';
import type { ImportedProfile } from '../../../app/move-in/imported-profile';
import { defaultProfileFields } from '../../../app/profile';
import { candidateOf, ownCandidate } from '../../../app/move-in/to-profile';
import { explorerSettings, mqttxConnection } from '../../helpers/foreign-settings';

const read = (value: unknown) =>
  readConnections(typeof value === 'string' ? value : JSON.stringify(value));
const first = (value: unknown): ImportedProfile => read(value).profiles[0]!;
const candidate = (value: unknown, exists = false) => candidateOf(first(value), () => exists);

describe('MQTT Explorer', () => {
  it('has its connections in the order of its list, with what it makes for everybody marked', () => {
    const { program, profiles } = read(explorerSettings());
    expect(program).toBe('MQTT Explorer');
    expect(profiles.map(({ name, isExample }) => [name, isExample])).toEqual([
      ['mqtt.eclipseprojects.io', true],
      ['test.mosquitto.org', true],
      ['Plant Lyon', false],
      ['Cloud <b>bold</b>', false],
    ]);
  });

  it('brings the password along, but not the client id that was made up', () => {
    const plant = candidateOf(read(explorerSettings()).profiles[2]!, () => false);
    expect(plant.fields).toMatchObject({
      ...{ protocol: 'mqtt', host: '127.0.0.1', port: 1883, username: 'anna', clientId: '' },
      subscriptions: [{ filter: 'plant/#', qos: 1 }],
    });
    expect([...plant.secrets]).toEqual([['password', 'plant-pass']]);
    expect(plant.comes).toEqual(['password', '1 subscription']);
    expect(plant.stays).toEqual([expect.stringContaining('client id')]);
  });

  it('is an encrypted WebSocket where encryption is on, and says what of TLS stays', () => {
    const cloud = candidateOf(read(explorerSettings()).profiles[3]!, () => false);
    expect(cloud.fields).toMatchObject({ protocol: 'wss', path: '/mqtt', clientId: 'dashboard-7' });
    expect(cloud.comes).toContain('certificates are not checked');
    expect(cloud.fields.tls.trust).toBe('anything');
    expect(cloud.stays.join(' ')).toContain('ca.pem');
  });

  it('had texts as subscriptions before 0.4', () => {
    const old = {
      ConnectionManager_connections: { a: { host: 'h', port: 1883, subscriptions: ['#', 'a/+'] } },
    };
    expect(first(old).subscriptions).toEqual([
      { filter: '#', qos: 0 },
      { filter: 'a/+', qos: 0 },
    ]);
    expect(first(old).name).toBe('h');
  });
});

describe('MQTTX', () => {
  it('brings properties, will, subscription options and password along', () => {
    const { fields, secrets, stays, problem } = candidate([mqttxConnection]);
    expect(problem).toBeNull();
    expect(fields).toMatchObject({
      ...{ name: 'Line 7', protocol: 'mqtts', port: 8883, version: '5', cleanStart: false },
      ...{ keepAlive: 30, clientId: 'line-7-dashboard' },
      connect: {
        ...{ sessionExpirySeconds: 3600, receiveMaximum: 20, topicAliasMaximum: null },
        ...{ requestProblemInformation: false, requestResponseInformation: true },
        userProperties: [
          ['site', 'lyon'],
          ['role', 'reader'],
          ['role', 'writer'],
        ],
      },
      will: {
        ...{ topic: 'plant/line7/dashboard', qos: 1, retain: true, delaySeconds: 5 },
        ...{ payload: { kind: 'text', text: 'gone' }, messageExpirySeconds: 60 },
        contentType: 'text/plain',
      },
      subscriptions: [
        {
          ...{ filter: 'plant/line7/#', qos: 2, noLocal: true, retainHandling: 2, identifier: 7 },
          note: 'all of line 7',
        },
      ],
    });
    expect(secrets.get('password')).toBe('line-pass');
    expect(stays.join('; ')).toMatch(
      /\/nowhere\/ca\.pem: the file is missing.*maximum packet size/u,
    );
  });

  it('had no protocol and no nested properties in older exports', () => {
    const old = { ...mqttxConnection, protocol: undefined, properties: undefined };
    const { fields } = candidate({
      ...old,
      sessionExpiryInterval: 60,
      mqttVersion: '3.1.1',
      port: '8884',
    });
    expect(fields).toMatchObject({ protocol: 'mqtts', version: '3.1.1', port: 8884 });
    expect(fields.connect.sessionExpirySeconds).toBe(60);
  });
});

describe('mosquitto', () => {
  it('has an option and its value on each line', () => {
    const text =
      '# broker of the plant\n-h broker.example.com\n-p 8883\n-u anna\n-P pass word\n--cafile /etc/ca.pem\n-t plant/#\n-t $SYS/#\n-q 1\n-V mqttv5\n-k 20\n-i fixed\n-c\n--psk 0011';
    const { fields, secrets, stays } = candidate(text, true);
    expect(fields).toMatchObject({
      ...{ protocol: 'mqtts', host: 'broker.example.com', port: 8883, username: 'anna' },
      ...{ version: '5', keepAlive: 20, clientId: 'fixed', cleanStart: false },
      subscriptions: [
        { filter: 'plant/#', qos: 1 },
        { filter: '$SYS/#', qos: 1 },
      ],
    });
    expect(secrets.get('password')).toBe('pass word');
    expect(fields.tls.authorities).toEqual([{ path: '/etc/ca.pem', copy: null }]);
    expect(stays).toEqual(['pre-shared key']);
  });

  it('is read as a command too, with quotes, continued lines and a URL', () => {
    const { fields, secrets } = candidate(
      "mosquitto_sub -v \\\n  -L 'mqtts://anna:se%3Acret@broker.example.com/plant/#' --will-topic \"last will\" --will-payload 'bye now'",
    );
    expect(fields).toMatchObject({
      ...{ protocol: 'mqtts', host: 'broker.example.com', port: 8883, username: 'anna' },
      subscriptions: [{ filter: 'plant/#', qos: 0 }],
      will: { topic: 'last will', payload: { text: 'bye now' } },
    });
    expect(secrets.get('password')).toBe('se:cret');
  });

  it('brings a socket of this computer along', () => {
    const { fields, stays, problem } = candidate('--unix /run/mosquitto.sock\n-t plant/#');
    expect(fields).toMatchObject({
      ...{ protocol: 'unix', socketPath: '/run/mosquitto.sock', name: '/run/mosquitto.sock' },
      subscriptions: [{ filter: 'plant/#', qos: 0 }],
    });
    expect({ stays, problem }).toEqual({ stays: [], problem: null });
  });

  it('brings a proxy along, its password with the secrets', () => {
    const { fields, secrets } = candidate(
      '-h b\n--proxy socks5h://me:hidden@proxy.example.com:1081',
    );
    expect(fields.proxy).toMatchObject({
      ...{ mode: 'socks5', host: 'proxy.example.com', port: 1081, username: 'me' },
    });
    expect([...secrets]).toEqual([['proxy-password', 'hidden']]);
  });
});

describe('URLs and variables', () => {
  it('are one connection for each line, with a name behind it; what is none is said without its password', () => {
    const { profiles, problems } = read(
      'mqtts://anna:pw@a.example.com Plant Lyon\n\n# comment\nws://b:9001/mqtt\nmqtt://x:secret@\n',
    );
    expect(profiles.map(({ name, protocol, port }) => [name, protocol, port])).toEqual([
      ['Plant Lyon', 'mqtts', 8883],
      ['b', 'ws', 9001],
    ]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('secret');
  });

  it('of mqttui have a URL as the broker, or a host', () => {
    const url = candidate(
      'export MQTTUI_BROKER="mqtts://b.example.com"\nexport MQTTUI_USERNAME=me\nexport MQTTUI_PASSWORD=\'p w\'\nMQTTUI_TOPIC=a/#',
    );
    expect(url.fields).toMatchObject({
      ...{ protocol: 'mqtts', host: 'b.example.com', username: 'me' },
      subscriptions: [{ filter: 'a/#', qos: 0 }],
    });
    expect(url.secrets.get('password')).toBe('p w');
    expect(first('MQTTUI_BROKER=pi\nMQTTUI_PORT=1884')).toMatchObject({ host: 'pi', port: 1884 });
    expect(first('MQTTUI_BROKER=pi\nMQTTUI_SOMETHING_NEW=1').others).toEqual([
      'MQTTUI_SOMETHING_NEW',
    ]);
  });
});

it('a file of ours brings no command along that would run here', () => {
  const { fields, stays } = ownCandidate(
    {
      ...defaultProfileFields(),
      ...{ id: 'x', name: 'n', host: 'h' },
      authentication: { kind: 'token-command', command: 'rm -r /', method: '' },
    },
    new Map(),
  );
  expect(fields.authentication).toEqual({ kind: 'password' });
  expect(stays.join()).toContain('command');
});

it('a file of ours says that a connection of it checks no certificates', () => {
  const fields = defaultProfileFields();
  const profile = { ...fields, id: 'x', tls: { ...fields.tls, trust: 'anything' as const } };
  const said = 'certificates are not checked';
  expect(ownCandidate({ ...profile, protocol: 'mqtts' }, new Map()).comes).toContain(said);
  expect(ownCandidate({ ...profile, protocol: 'mqtt' }, new Map()).comes).not.toContain(said);
});

describe('what nobody should write', () => {
  it.each([
    [
      'wrong types',
      {
        ConnectionManager_connections: {
          a: { host: 7, port: {}, subscriptions: 'x', password: [1] },
        },
      },
    ],
    ['no object', { ConnectionManager_connections: [null, 7, 'x'] }],
    [
      'a number as a list',
      [{ clientId: 1, host: null, port: 'x', subscriptions: 5, will: [], properties: 3 }],
    ],
  ])('%s: each connection says why it cannot be imported', (_what, json) => {
    for (const one of read(json).profiles) {
      expect(candidateOf(one, () => false).problem).not.toBeNull();
    }
  });

  it('takes __proto__ as a name like any other', () => {
    const text =
      '{"ConnectionManager_connections":{"__proto__":{"host":"h","port":1883,"name":"p"},"b":{"__proto__":{"host":"evil"},"port":1}}}';
    const { profiles } = readConnections(text);
    expect(profiles.map(({ host }) => host).toSorted()).toEqual(['', 'h']);
    expect(({} as Record<string, unknown>)['host']).toBeUndefined();
  });

  it('keeps markup as text and takes line breaks and turned directions out of a name', () => {
    const { fields } = candidate([{ ...mqttxConnection, name: '<img src=x>\n\u202Eevil' }]);
    expect(fields.name).toBe('<img src=x> evil');
  });

  it('leaves a filter out that is none, and says so', () => {
    const { fields, stays } = candidate([
      {
        ...mqttxConnection,
        subscriptions: [
          { topic: 'a/#/b', qos: 9 },
          { topic: 'ok', qos: 9 },
        ],
      },
    ]);
    expect(fields.subscriptions).toEqual([{ filter: 'ok', qos: 0 }]);
    expect(stays[0]).toContain('a/#/b');
  });

  it('shows a list that is too long up to its limit, and says so', () => {
    const { profiles, problems } = readConnections('mqtt://a\n'.repeat(20_000));
    expect(profiles.length).toBeLessThanOrEqual(5_000);
    expect(problems.join()).toContain('20000');
  });

  it.each(['', ' \n\t', '\uFEFF'])('says that %j is empty', (text) => {
    expect(() => readConnections(text)).toThrow(/^No connections could be read: it is empty\./u);
  });

  it.each(['{', '[]', '{"a":1}', 'hello', '[[[[', '[1]'])(
    'says that %j has no connections',
    (text) => {
      expect(() => readConnections(text)).toThrow(/No connections could be read/u);
    },
  );
});
