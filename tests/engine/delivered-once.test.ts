/** One row for one message, however often the broker sends it: what DUP and QoS 2 promise (MQTT 5.0 §3.3.1.1, §4.3). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Packet } from 'mqtt-packet';
import { defaultProfileFields } from '../../app/profile';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { temporaryFolder } from '../helpers/history';
import {
  connack,
  friendly,
  startScriptedBroker,
  type ScriptedBroker,
  type ScriptedClient,
} from '../helpers/scripted-broker';
import { infoOf, messagesOf, summaryOf, type RecordedSummary } from '../helpers/stored';

type Version = '3.1.1' | '5';

let cli: CommandLine;
beforeAll(async () => {
  cli = await bundleCommandLine();
});
afterAll(() => cli.dispose());

function publish(topic: string, qos: 0 | 1 | 2, messageId: number, dup = false): Packet {
  return {
    cmd: 'publish',
    topic,
    payload: topic,
    qos,
    dup,
    retain: false,
    ...(qos > 0 ? { messageId } : {}),
  };
}

const END = publish('end', 0, 0);

async function scripted(
  version: Version,
  script: (packet: Packet | null, client: ScriptedClient) => void,
): Promise<ScriptedBroker> {
  const broker = await startScriptedBroker(version, script);
  onTestFinished(() => broker.close());
  return broker;
}

interface Recorded {
  /** Topic, packet identifier and DUP of every row, in the order of arrival. */
  readonly rows: readonly string[];
  readonly summary: RecordedSummary;
}

/** Records with a session that is kept, until the message `end` is stored. */
async function recordUntilEnd(port: number, version: Version): Promise<Recorded> {
  const home = await temporaryFolder();
  const profile = {
    ...defaultProfileFields(),
    id: 'kept',
    name: 'Kept',
    host: '127.0.0.1',
    port,
    version,
    clientId: 'kept-session',
    cleanStart: false,
    subscriptions: [{ filter: '#', qos: 2 as const }],
  };
  const profiles = { version: 1, profiles: [profile], deleted: [] };
  writeFileSync(join(home, 'profiles.json'), JSON.stringify(profiles));
  const file = join(home, 'history.db');
  const env = { MQTT_LOUPE_HOME: home };
  const recording = cli.start(['record', '--profile', 'Kept', '--json'], { env });
  await recording.says(/recording #/u);
  await expect
    .poll(async () => (await messagesOf(cli, file).catch(() => [])).at(-1)?.topic)
    .toBe('end');
  recording.child.kill('SIGINT');
  const summary = summaryOf(await recording.ended);
  const lines = await messagesOf(cli, file);
  expect(await infoOf(cli, file)).toMatchObject({ messages: lines.length });
  expect(summary).toMatchObject({ received: lines.length, stored: lines.length, refused: 0 });
  const rows = lines.map(
    ({ topic, packetId, dup }) => `${topic} ${String(packetId ?? '-')}${dup ? ' dup' : ''}`,
  );
  return { rows, summary };
}

describe.each<Version>(['3.1.1', '5'])('with MQTT %s', (version) => {
  test('QoS 2 sent again before its release is one row, and so is one released twice', async () => {
    let recs = 0;
    let comps = 0;
    const broker = await scripted(version, (packet, client) => {
      friendly(packet, client);
      if (packet?.cmd === 'subscribe') client.send(publish('once', 2, 5));
      if (packet?.cmd === 'pubrec') {
        recs += 1;
        // Once more before the release, and once more in one go with it.
        if (recs === 1) client.send(publish('once', 2, 5, true));
        if (recs === 2) client.send(publish('once', 2, 5, true), { cmd: 'pubrel', messageId: 5 });
        if (recs === 4) client.send({ cmd: 'pubrel', messageId: 5 });
      }
      if (packet?.cmd !== 'pubcomp') return;
      comps += 1;
      if (comps === 1) client.send({ cmd: 'pubrel', messageId: 5 });
      // The identifier is free again: the same bytes are another message now.
      if (comps === 2) client.send(publish('once', 2, 5));
      if (comps === 3) client.send(END);
    });
    const { rows } = await recordUntilEnd(broker.port, version);
    expect(rows.map((row) => row.replace(' dup', ''))).toEqual(['once 5', 'once 5', 'end -']);
  });

  test('QoS 2 whose acknowledgement was lost with the connection is one row', async () => {
    const broker = await scripted(version, (packet, client) => {
      const again = client.connection > 1;
      if (packet?.cmd === 'connect') client.send(connack({ sessionPresent: again }));
      else friendly(packet, client);
      // What the session is subscribed to is not asked for again.
      if (packet?.cmd === (again ? 'connect' : 'subscribe'))
        client.send(publish('once', 2, 9, again));
      if (packet?.cmd === 'pubrec' && !again) client.socket.destroy();
      if (packet?.cmd === 'pubrec' && again) client.send({ cmd: 'pubrel', messageId: 9 });
      if (packet?.cmd === 'pubcomp') client.send(END);
    });
    const { rows } = await recordUntilEnd(broker.port, version);
    expect(rows.map((row) => row.replace(' dup', ''))).toEqual(['once 9', 'end -']);
  });

  test('QoS 2 that is acknowledged is stored, also when the program ends before its release', async () => {
    const broker = await scripted(version, (packet, client) => {
      friendly(packet, client);
      if (packet?.cmd === 'subscribe') client.send(publish('once', 2, 4));
      if (packet?.cmd === 'pubrec') client.send(END);
    });
    const { rows } = await recordUntilEnd(broker.port, version);
    expect(rows).toEqual(['once 4', 'end -']);
    expect(broker.packets.filter(({ cmd }) => cmd === 'pubcomp')).toEqual([]);
  });

  test('QoS 1 sent again after the connection was lost is a row of its own, marked as a duplicate', async () => {
    const broker = await scripted(version, (packet, client) => {
      const again = client.connection > 1;
      if (packet?.cmd === 'connect') client.send(connack({ sessionPresent: again }));
      else friendly(packet, client);
      if (packet?.cmd === (again ? 'connect' : 'subscribe'))
        client.send(publish('twice', 1, 7, again));
      if (packet?.cmd !== 'puback') return;
      // As if the acknowledgement had never come.
      if (again) client.send(END);
      else client.socket.destroy();
    });
    const { rows, summary } = await recordUntilEnd(broker.port, version);
    expect(rows).toEqual(['twice 7', 'twice 7 dup', 'end -']);
    expect(summary.gaps).toBe(1);
  });
});
