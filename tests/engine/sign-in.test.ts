/** Enhanced authentication and tokens. No broker at hand speaks SCRAM or checks tokens, so the broker is a scripted one. */
import type { Packet } from 'mqtt-packet';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Authentication } from '../../app/authentication';
import { LoupeError } from '../../app/errors';
import type { Profile } from '../../app/profile';
import { DEFAULT_WILL } from '../../app/will';
import {
  testConnection,
  type TestConnection,
  type TestConnectionOptions,
} from '../helpers/connection';
import { examine, stepOf } from '../helpers/doctor';
import { temporaryFolder } from '../helpers/history';
import { startMosquitto } from '../helpers/mosquitto';
import { SCRAM, startScramBroker } from '../helpers/scram-broker';
import {
  friendly,
  startScriptedBroker,
  type ScriptedBroker,
  type ScriptedClient,
} from '../helpers/scripted-broker';

/** One that has ended and that nobody has asked for yet (a zombie) does not run. */
function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return !/\) Z /u.test(readFileSync(`/proc/${String(processId)}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function scripted(
  script: (packet: Packet | null, client: ScriptedClient) => void,
): Promise<ScriptedBroker> {
  const broker = await startScriptedBroker('5', script);
  onTestFinished(() => broker.close());
  return broker;
}

function connection(
  port: number,
  authentication: Authentication,
  options: TestConnectionOptions & {
    readonly version?: '3.1.1' | '5';
    readonly profile?: Partial<Profile>;
  } = {},
): TestConnection {
  const { version = '5', profile, ...rest } = options;
  const settings = { port, version, username: 'anna', authentication, ...profile };
  const client = testConnection(settings, rest);
  onTestFinished(() => client.disconnect());
  return client;
}

async function scramBroker(password: string, sign = true): Promise<ScriptedBroker> {
  const broker = await startScramBroker(password, sign);
  onTestFinished(() => broker.close());
  return broker;
}

describe('SCRAM-SHA-256', () => {
  test('signs in, and the password is in no packet', async () => {
    const broker = await scramBroker('pencil');
    const client = connection(broker.port, { kind: 'scram-sha-256' }, { password: 'pencil' });
    client.connect();
    const { server } = await client.reaches('connected');
    expect(server.authenticationMethod).toBe(SCRAM);
    expect(broker.bytes()).toContain('n=anna');
    expect(broker.bytes()).not.toContain('pencil');
    expect(broker.packets[0]).toMatchObject({ username: 'anna' });
    expect(broker.packets[0]).not.toHaveProperty('password');
  });

  test('tells a wrong password as one', async () => {
    const broker = await scramBroker('pencil');
    const client = connection(broker.port, { kind: 'scram-sha-256' }, { password: 'pen' });
    client.connect();
    expect((await client.fails()).code).toBe('bad-credentials');
  });

  test('does not trust a broker that cannot prove itself', async () => {
    const broker = await scramBroker('pencil', false);
    const client = connection(broker.port, { kind: 'scram-sha-256' }, { password: 'pencil' });
    client.connect();
    const failure = await client.fails();
    expect(failure.code).toBe('sign-in-broken-off');
    expect(failure.advice).toContain('did not prove');
    const settings = { port: broker.port, version: '5', username: 'anna' } as const;
    const { verdict } = await examine(
      { ...settings, authentication: { kind: 'scram-sha-256' } },
      { secrets: { password: 'pencil' } },
    );
    expect(verdict).toMatchObject({ tone: 'bad' });
    expect(verdict?.text).toContain('did not prove that it knows the password');
    // Nothing but the two sign-ins was sent to it.
    expect(new Set(broker.packets.map(({ cmd }) => cmd))).toEqual(new Set(['connect', 'auth']));
  });

  test('needs MQTT 5, and says so', async () => {
    const broker = await scramBroker('pencil');
    const options = { password: 'pencil', version: '3.1.1' } as const;
    const client = connection(broker.port, { kind: 'scram-sha-256' }, options);
    client.connect();
    expect((await client.fails()).advice).toContain('needs MQTT 5');
    const { verdict } = await examine(
      {
        ...{ port: broker.port, version: '3.1.1', username: 'anna' },
        authentication: { kind: 'scram-sha-256' },
      },
      { secrets: { password: 'pencil' } },
    );
    expect(verdict?.text).toContain('needs MQTT 5');
    expect(verdict?.fixes[0]).toMatchObject({ change: { version: '5' } });
  });
});

const TOKEN = { method: '' } as const;

describe('a token that a command prints', () => {
  test('is the password', async () => {
    const broker = await scripted(friendly);
    const command = 'echo token-of-command';
    const client = connection(broker.port, { kind: 'token-command', command, ...TOKEN });
    client.connect();
    await client.reaches('connected');
    expect(broker.packets[0]).toMatchObject({ password: Buffer.from('token-of-command') });
  });

  test('is its first line, whatever stands empty before it', async () => {
    const broker = await scripted(friendly);
    const command = String.raw`printf '\n  \ntoken-1\ntoken-2\n'`;
    const client = connection(broker.port, { kind: 'token-command', command, ...TOKEN });
    client.connect();
    await client.reaches('connected');
    expect(broker.packets[0]).toMatchObject({ password: Buffer.from('token-1') });
  });

  test.each([
    ['exit 3', 'failed with code 3'],
    ['echo nobody is logged in >&2; exit 1', 'nobody is logged in'],
    ['true', 'printed nothing'],
    ['yes', 'far more than a token'],
  ])('fails in words: %s', async (command, words) => {
    const broker = await scripted(friendly);
    const client = connection(broker.port, { kind: 'token-command', command, ...TOKEN });
    client.connect();
    const failure = await client.fails();
    expect(failure.code).toBe('sign-in-failed');
    expect(failure.advice.toLowerCase()).toContain(words);
    expect(broker.packets).toEqual([]);
  });

  test('leaves nothing running when it is given up', async () => {
    const broker = await scripted(friendly);
    const file = join(await temporaryFolder(), 'pid');
    const command = `sleep 1000 & echo $! > '${file}'; wait`;
    const client = connection(broker.port, { kind: 'token-command', command, ...TOKEN });
    client.connect();
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toMatch(/^\d+\n$/u);
    const started = Number(await readFile(file, 'utf8'));
    await client.disconnect();
    await expect.poll(() => isRunning(started)).toBe(false);
  });
});

/** A login server that answers each form with what the test says. */
async function loginServer(
  answer: (path: string, form: URLSearchParams) => { status?: number; body: unknown },
): Promise<{ readonly url: string; readonly forms: URLSearchParams[] }> {
  const forms: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const form = new URLSearchParams(body);
      forms.push(form);
      const { status = 200, body: said } = answer(request.url ?? '', form);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof said === 'string' ? said : JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, forms };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

function clientCredentials(url: string, method = ''): Authentication {
  return {
    kind: 'client-credentials',
    tokenUrl: `${url}/token`,
    clientId: 'loupe',
    scope: 'mqtt',
    audience: '',
    method,
  };
}

/** Short enough to be renewed a second after it was got, see `mqtt-connection.ts`. */
const SOON_OVER_SECONDS = 61;

describe('OAuth 2', () => {
  test('client credentials: the token is the password, the secret goes to the login server only', async () => {
    const login = await loginServer(() => ({ body: { access_token: 'abc', expires_in: 3600 } }));
    const broker = await scripted(friendly);
    const secrets = new Map([['token-client-secret', 'hush']] as const);
    const client = connection(broker.port, clientCredentials(login.url), { secrets });
    client.connect();
    await client.reaches('connected');
    expect(Object.fromEntries(login.forms[0]!)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'loupe',
      client_secret: 'hush',
      scope: 'mqtt',
    });
    expect(broker.packets[0]).toMatchObject({ password: Buffer.from('abc') });
    // A token that is good is used again.
    broker.dropAll();
    await client.until(
      'a second CONNECT',
      () => broker.packets.filter(({ cmd }) => cmd === 'connect').length === 2,
    );
    expect(login.forms).toHaveLength(1);
  });

  test('a token that ends is renewed by connecting again', async () => {
    let count = 0;
    const login = await loginServer(() => {
      count += 1;
      const expires = count === 1 ? SOON_OVER_SECONDS : 3600;
      return { body: { access_token: `token-${String(count)}`, expires_in: expires } };
    });
    const broker = await scripted(friendly);
    const client = connection(broker.port, clientCredentials(login.url));
    client.connect();
    await client.reaches('connected');
    await client.until('the renewal', () =>
      client.states.some(({ kind }) => kind === 'reconnecting'),
    );
    await client.reaches('connected');
    const connects = broker.packets.filter((packet) => packet.cmd === 'connect');
    expect(connects.map(({ password }) => String(password))).toEqual(['token-1', 'token-2']);
    expect(client.states.find(({ kind }) => kind === 'reconnecting')).toMatchObject({
      failure: { code: 'sign-in-renewed' },
    });
  });

  test('with an authentication method it goes over the open connection', async () => {
    let count = 0;
    const login = await loginServer(() => {
      count += 1;
      const expires = count === 1 ? SOON_OVER_SECONDS : 3600;
      return { body: { access_token: `token-${String(count)}`, expires_in: expires } };
    });
    const broker = await scripted((packet, client) => {
      friendly(packet, client);
      if (packet?.cmd !== 'auth') return;
      const properties = { authenticationMethod: 'OAUTH2-JWT' };
      client.send({ cmd: 'auth', reasonCode: 0, properties });
    });
    const client = connection(broker.port, clientCredentials(login.url, 'OAUTH2-JWT'));
    client.connect();
    await client.reaches('connected');
    const auth = await broker.heard('auth');
    expect(auth).toMatchObject({
      reasonCode: 0x19,
      properties: {
        authenticationMethod: 'OAUTH2-JWT',
        authenticationData: Buffer.from('token-2'),
      },
    });
    expect(broker.packets[0]).toMatchObject({
      properties: {
        authenticationMethod: 'OAUTH2-JWT',
        authenticationData: Buffer.from('token-1'),
      },
    });
    expect(client.states.map(({ kind }) => kind)).not.toContain('reconnecting');
  });

  const renewedOver = async (
    answer: (client: ScriptedClient) => void,
    options: TestConnectionOptions = {},
  ): Promise<{ readonly client: TestConnection; readonly broker: ScriptedBroker }> => {
    let count = 0;
    const login = await loginServer(() => {
      count += 1;
      const expires = count === 1 ? SOON_OVER_SECONDS : 3600;
      return { body: { access_token: `token-${String(count)}`, expires_in: expires } };
    });
    const broker = await scripted((packet, client) => {
      friendly(packet, client);
      if (packet?.cmd === 'auth') answer(client);
    });
    const client = connection(broker.port, clientCredentials(login.url, 'OAUTH2-JWT'), options);
    client.connect();
    await client.reaches('connected');
    return { client, broker };
  };

  test('a broker that does not answer the new token is connected again with it', async () => {
    const { client, broker } = await renewedOver(() => undefined, { signInWithinMs: 200 });
    const { failure } = await client.reaches('reconnecting');
    expect(failure.code).toBe('sign-in-renewed');
    expect(failure.title).toContain('did not answer the renewed sign-in');
    await client.reaches('connected');
    const data = broker.packets.flatMap((packet) =>
      packet.cmd === 'connect' ? [String(packet.properties?.authenticationData)] : [],
    );
    expect(data).toEqual(['token-1', 'token-2']);
  });

  test('a broker that refuses the new token is told as that, with its words', async () => {
    const { client } = await renewedOver((one) => {
      const properties = { reasonString: 'token revoked' };
      one.send({ cmd: 'disconnect', reasonCode: 0x87, properties });
    });
    const failure = await client.fails();
    expect(failure).toMatchObject({ code: 'not-authorised', reasonString: 'token revoked' });
    expect(failure.title).toContain('did not accept the renewed sign-in: not authorised');
    expect(failure.advice).toContain('“token revoked”');
  });

  test('a device code is shown, confirmed, and refreshed without a person', async () => {
    let polls = 0;
    const login = await loginServer((path, form) => {
      if (path === '/device')
        return {
          body: {
            device_code: 'secret-device-code',
            user_code: 'WDJB-MJHT',
            verification_uri: 'https://login.example.com/device',
            expires_in: 600,
            interval: 1,
          },
        };
      if (form.get('grant_type') === 'refresh_token')
        return {
          body: { access_token: `new for ${String(form.get('refresh_token'))}`, expires_in: 3600 },
        };
      polls += 1;
      if (polls === 1) return { status: 400, body: { error: 'authorization_pending' } };
      const token = {
        access_token: 'confirmed',
        refresh_token: 'r1',
        expires_in: SOON_OVER_SECONDS,
      };
      return { body: token };
    });
    const broker = await scripted(friendly);
    const client = connection(broker.port, {
      kind: 'device-code',
      deviceUrl: `${login.url}/device`,
      tokenUrl: `${login.url}/token`,
      clientId: 'loupe',
      scope: '',
      audience: '',
      method: '',
    });
    client.connect();
    await client.reaches('connected');
    expect(client.states).toContainEqual({
      kind: 'connecting',
      confirm: {
        url: 'https://login.example.com/device',
        code: 'WDJB-MJHT',
        expiresAtMs: expect.any(Number) as number,
      },
    });
    await client.until(
      'the refreshed token',
      () => broker.packets.filter(({ cmd }) => cmd === 'connect').length === 2,
    );
    const passwords = broker.packets.flatMap((packet) =>
      packet.cmd === 'connect' ? [String(packet.password)] : [],
    );
    expect(passwords).toEqual(['confirmed', 'new for r1']);
    expect(JSON.stringify(client.states)).not.toContain('secret-device-code');
  });

  test.each([
    ['no JSON', { body: '<html>' }, 'does not answer as a login server'],
    ['no token', { body: {} }, 'does not answer as a login server'],
    [
      'a refusal',
      { status: 401, body: { error: 'invalid_client', error_description: 'unknown client' } },
      'invalid_client (unknown client)',
    ],
    ['a very long answer', { body: `"${'x'.repeat(300_000)}"` }, 'too long'],
  ])('%s of the login server is told', async (_name, answer, words) => {
    const login = await loginServer(() => answer);
    const broker = await scripted(friendly);
    const client = connection(broker.port, clientCredentials(login.url));
    client.connect();
    const failure = await client.fails();
    expect(failure.code).toBe('sign-in-failed');
    expect(failure.advice.toLowerCase()).toContain(words);
  });

  test('cancelling while a person is awaited ends at once', async () => {
    const login = await loginServer(() => ({
      body: {
        device_code: 'd',
        user_code: 'U',
        verification_uri: 'https://a.example',
        interval: 600,
      },
    }));
    const client = testConnection({
      port: 1,
      version: '5',
      authentication: {
        kind: 'device-code',
        deviceUrl: `${login.url}/device`,
        tokenUrl: `${login.url}/token`,
        clientId: 'loupe',
        scope: '',
        audience: '',
        method: '',
      },
    });
    client.connect();
    await client.until('the code', () => client.states.some((state) => 'confirm' in state));
    await client.disconnect();
    expect(client.state.kind).toBe('disconnected');
  });
});

test('a plain password stays what it was', async () => {
  const broker = await scripted(friendly);
  const client = connection(broker.port, { kind: 'password' }, { password: 'pass' });
  client.connect();
  await client.reaches('connected');
  expect(broker.packets[0]).toMatchObject({
    username: 'anna',
    password: Buffer.from('pass'),
  });
});

describe('a password without a username', () => {
  test('goes alone in MQTT 5, with everything before it as it was', async () => {
    const broker = await scripted(friendly);
    const client = connection(
      broker.port,
      { kind: 'password' },
      {
        password: 'tökén '.repeat(100),
        profile: {
          username: '',
          clientId: 'a client',
          keepAlive: 17,
          will: { ...DEFAULT_WILL, topic: 'gone', payload: { kind: 'text', text: 'left' } },
        },
      },
    );
    client.connect();
    await client.reaches('connected');
    expect(broker.packets[0]).toMatchObject({
      password: Buffer.from('tökén '.repeat(100)),
      clientId: 'a client',
      keepalive: 17,
      will: { topic: 'gone', payload: Buffer.from('left') },
    });
    expect(broker.packets[0]).not.toHaveProperty('username');
    expect(broker.packets[1]).toMatchObject({ cmd: 'subscribe' });
  });

  test('is accepted by Mosquitto, which closes the connection over a malformed CONNECT', async () => {
    const mosquitto = await startMosquitto();
    onTestFinished(() => mosquitto.dispose());
    for (const version of ['5', '3.1.1'] as const) {
      const client = connection(
        mosquitto.port,
        { kind: 'password' },
        { password: 'alone', version, profile: { username: '' } },
      );
      client.connect();
      expect((await client.reaches('connected')).version).toBe(version);
    }
  });

  test('has an empty username in MQTT 3.1.1, which knows no password alone', async () => {
    const broker = await startScriptedBroker('3.1.1', friendly);
    onTestFinished(() => broker.close());
    const client = connection(
      broker.port,
      { kind: 'password' },
      { password: 'alone', version: '3.1.1', profile: { username: '' } },
    );
    client.connect();
    await client.reaches('connected');
    expect(broker.packets[0]).toMatchObject({ username: '', password: Buffer.from('alone') });
  });

  test('is tested by the doctor as it is sent', async () => {
    const broker = await scripted(friendly);
    const frame = await examine(
      { port: broker.port, version: '5', username: '', subscriptions: [] },
      { secrets: { password: 'alone' }, publishes: false },
    );
    expect(stepOf(frame, 'connect').status).toBe('ok');
    expect(broker.packets[0]).toMatchObject({ password: Buffer.from('alone') });
    expect(broker.packets[0]).not.toHaveProperty('username');
  });
});

test.each(['vault-locked', 'secret-unavailable'] as const)(
  'a stored password that cannot be had (%s) is told, and nothing is sent in its place',
  async (code) => {
    const broker = await scripted(friendly);
    const noSecrets = new LoupeError(code, 'It is damaged.');
    const client = connection(broker.port, { kind: 'password' }, { noSecrets });
    client.connect();
    const failure = await client.fails();
    expect(failure).toMatchObject({ code, retryable: false });
    expect(failure.title).toBe(
      code === 'vault-locked' ? 'The password vault is locked.' : 'It is damaged.',
    );
    expect(broker.packets).toEqual([]);
  },
);
