/** Settings of other programs as they write them, and as nobody should. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface ExplorerOptions {
  readonly port?: number;
  readonly password?: string;
}

/** `settings.json` of MQTT Explorer 0.4: two connections of a person, two that it makes for everybody. */
export function explorerSettings({ port = 1883, password = 'plant-pass' }: ExplorerOptions = {}) {
  const subscriptions = [
    { topic: '#', qos: 0 },
    { topic: '$SYS/#', qos: 0 },
  ];
  const common = { configVersion: 1, certValidation: true, encryption: false, type: 'mqtt' };
  const example = (host: string, order: number) => ({
    ...{ ...common, clientId: 'mqtt-explorer-1a2b3c4d', id: host, name: host, subscriptions },
    ...{ host, port: 1883, protocol: 'mqtt', order },
  });
  return {
    ConnectionManager_connections: {
      'mqtt.eclipseprojects.io': example('mqtt.eclipseprojects.io', 0),
      'test.mosquitto.org': example('test.mosquitto.org', 1),
      '6d1e2f7a-8a3f-4a6e-9a50-0c2f5bb6d6f1': {
        ...common,
        clientId: 'mqtt-explorer-9f8e7d6c',
        id: '6d1e2f7a-8a3f-4a6e-9a50-0c2f5bb6d6f1',
        name: 'Plant Lyon',
        subscriptions: [{ topic: 'plant/#', qos: 1 }],
        host: '127.0.0.1',
        port,
        protocol: 'mqtt',
        username: 'anna',
        password,
        order: 1_700_000_000_000,
      },
      b7c1: {
        ...common,
        id: 'b7c1',
        name: 'Cloud <b>bold</b>',
        encryption: true,
        certValidation: false,
        host: 'broker.example.com',
        port: 443,
        protocol: 'ws',
        basePath: 'mqtt',
        clientId: 'dashboard-7',
        subscriptions,
        selfSignedCertificate: { name: 'ca.pem', data: 'LS0tLS1CRUdJTg==' },
        order: 1_700_000_000_001,
      },
    },
    Settings: { theme: 'dark', topicOrder: 'none' },
  };
}

/** One connection of MQTTX's JSON export (1.9 and later). */
export const mqttxConnection = {
  clientId: 'line-7-dashboard',
  name: 'Line 7',
  clean: false,
  protocol: 'mqtts',
  host: 'broker.example.com',
  keepalive: 30,
  connectTimeout: 10,
  reconnect: true,
  reconnectPeriod: 4000,
  username: 'line7',
  password: 'line-pass',
  path: '/mqtt',
  port: 8883,
  ssl: true,
  certType: 'self',
  rejectUnauthorized: true,
  ALPNProtocols: 'x-amzn-mqtt-ca',
  ca: '/nowhere/ca.pem',
  cert: '',
  key: '',
  mqttVersion: '5.0',
  unreadMessageCount: 0,
  messages: [],
  clientIdWithTime: false,
  parentId: null,
  isCollection: false,
  subscriptions: [
    {
      ...{ topic: 'plant/line7/#', qos: 2, nl: true, rap: false, rh: 2, alias: 'all of line 7' },
      ...{ subscriptionIdentifier: 7, disabled: false, color: '#34C388', createAt: '2024-01-01' },
    },
  ],
  properties: {
    sessionExpiryInterval: 3600,
    receiveMaximum: 20,
    maximumPacketSize: 1048576,
    topicAliasMaximum: null,
    requestResponseInformation: true,
    requestProblemInformation: false,
    userProperties: { site: 'lyon', role: ['reader', 'writer'] },
  },
  will: {
    lastWillTopic: 'plant/line7/dashboard',
    lastWillPayload: 'gone',
    lastWillQos: 1,
    lastWillRetain: true,
    properties: {
      ...{ willDelayInterval: 5, payloadFormatIndicator: true, messageExpiryInterval: 60 },
      ...{ contentType: 'text/plain', responseTopic: '', correlationData: '' },
    },
  },
};

/** Puts `settings.json` where MQTT Explorer has it on Linux, below a person's folder. */
export async function installExplorer(home: string, options: ExplorerOptions): Promise<string> {
  const path = join(home, '.config', 'MQTT-Explorer', 'settings.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(explorerSettings(options), null, 2));
  return path;
}
