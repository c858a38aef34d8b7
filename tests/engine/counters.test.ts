/** Received, stored, refused: at rest the numbers are what is in the database, whatever happened before. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import mqttPacket, { type Packet } from 'mqtt-packet';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { bundleCommandLine, type CommandLine, type RunningCommand } from '../helpers/cli';
import { temporaryFolder } from '../helpers/history';
import { startMosquitto } from '../helpers/mosquitto';
import { friendly, startScriptedBroker } from '../helpers/scripted-broker';
import { infoOf, messagesOf, problemsOf, summaryOf, type StoredLine } from '../helpers/stored';

let cli: CommandLine;
beforeAll(async () => {
  cli = await bundleCommandLine();
});
afterAll(() => cli.dispose());

function publish(sequence: number): Buffer {
  const packet: Packet = {
    cmd: 'publish',
    topic: `burst/${String(sequence % 10)}`,
    payload: String(sequence),
    qos: 0,
    dup: false,
    retain: false,
  };
  return mqttPacket.generate(packet, { protocolVersion: 5 });
}

function burst(first: number, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => publish(first + index)));
}

const BURST = 12_000;
/** A PUBLISH with QoS 3, which there is not [MQTT-3.3.1-4]. */
const MALFORMED = Buffer.from([0x36, 5, 0, 1, 0x61, 0, 0]);

async function stopWhenStored(
  recording: RunningCommand,
  file: string,
  messages: number,
): Promise<ReturnType<typeof summaryOf> & { readonly code: number | null }> {
  await expect
    .poll(async () => (await infoOf(cli, file).catch(() => null))?.messages)
    .toBe(messages);
  recording.child.kill('SIGINT');
  const result = await recording.ended;
  return { ...summaryOf(result), code: result.code };
}

const numbersOf = (lines: readonly StoredLine[]): number[] =>
  lines.map(({ payload }) => Number(payload));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('bursts, a connection cut within a packet, a malformed one, a restart', async () => {
  let sent = 0;
  const next = (): Buffer => {
    sent += BURST;
    return burst(sent - BURST, BURST);
  };
  const broker = await startScriptedBroker('5', (packet, client) => {
    friendly(packet, client);
    if (packet?.cmd !== 'subscribe') return;
    const bytes = next();
    // The first connection ends in the middle of a packet, the second with one that is none.
    if (client.connection === 1)
      client.socket.end(Buffer.concat([bytes, publish(0).subarray(0, 7)]));
    else if (client.connection === 2) client.send(bytes, MALFORMED);
    else client.send(bytes);
  });
  onTestFinished(() => broker.close());
  const file = join(await temporaryFolder(), 'counted.db');
  const args = ['record', '-u', `mqtt://127.0.0.1:${String(broker.port)}`, '--db', file, '--json'];

  const first = await stopWhenStored(cli.start(args), file, 3 * BURST);
  expect(first).toMatchObject({
    code: 5,
    received: 3 * BURST + 1,
    stored: 3 * BURST,
    refused: 1,
    pruned: 0,
    gaps: 3,
  });
  expect(numbersOf(await messagesOf(cli, file))).toEqual(numbers(3 * BURST));
  expect(await infoOf(cli, file)).toMatchObject({
    messages: 3 * BURST,
    topics: 10,
    profiles: [{ received: 3 * BURST + 1, stored: 3 * BURST, refused: 1, pruned: 0 }],
    sessions: [
      {
        received: 3 * BURST + 1,
        stored: 3 * BURST,
        refused: 1,
        gapKinds: { disconnected: 2, refused: 1 },
      },
    ],
  });

  const second = await stopWhenStored(cli.start(args), file, 4 * BURST);
  expect(second).toMatchObject({ code: 0, received: BURST, stored: BURST, refused: 0, gaps: 0 });
  expect(numbersOf(await messagesOf(cli, file))).toEqual(numbers(4 * BURST));
  expect(await infoOf(cli, file)).toMatchObject({
    profiles: [{ received: 4 * BURST + 1, stored: 4 * BURST, refused: 1 }],
    sessions: [{ refused: 1 }, { received: BURST, stored: BURST, refused: 0, gapKinds: {} }],
  });
  expect(await problemsOf(cli, file)).toEqual([]);
});

/** No file of that process may grow beyond so many bytes; null takes the limit away. A full disk, but for one. */
function limitFiles({ child }: RunningCommand, bytes: number | null): void {
  const soft = bytes === null ? 'unlimited' : String(bytes);
  execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${soft}:unlimited`]);
}

test.runIf(process.platform === 'linux')(
  'a disk that was full for a while: what is missing is counted, and stands in the history as a gap',
  async () => {
    const broker = await startMosquitto();
    onTestFinished(() => broker.dispose());
    const url = `mqtt://127.0.0.1:${String(broker.port)}`;
    const file = join(await temporaryFolder(), 'full.db');
    const args = ['record', '-u', url, '-t', 'full/#', '-q', '1', '--db', file, '--json'];
    const recording = cli.start(args);
    await recording.says(/recording full/u);
    const client = await mqtt.connectAsync(url);
    onTestFinished(() => client.endAsync());
    let sent = 0;
    const send = async (count: number): Promise<void> => {
      for (let message = 0; message < count; message += 1) {
        const payload = `${String(sent)} `.padEnd(2_000, String(Math.random()));
        await client.publishAsync('full/topic', payload, { qos: 1 });
        sent += 1;
      }
    };
    await send(100);
    await expect.poll(async () => (await infoOf(cli, file)).messages).toBe(100);

    limitFiles(recording, Math.max(statSync(file).size, statSync(`${file}-wal`).size));
    await send(1_000);
    await recording.says(/record: Messages cannot be stored/u);
    limitFiles(recording, null);
    await send(100);
    await expect
      .poll(async () => (await messagesOf(cli, file, ['-r', '-n', '1']))[0]?.payload)
      .toMatch(new RegExp(`^${String(sent - 1)} `, 'u'));
    recording.child.kill('SIGINT');
    const result = await recording.ended;
    const { received, stored, refused } = summaryOf(result);
    expect(result.code).toBe(5);
    expect(refused).toBeGreaterThan(0);
    expect({ received, sum: stored + refused }).toEqual({ received: sent, sum: sent });

    const lines = await messagesOf(cli, file);
    const there = new Set(lines.map(({ payload }) => Number.parseInt(payload, 10)));
    expect(there.size).toBe(stored);
    expect(numbers(100).every((sequence) => there.has(sequence))).toBe(true);
    const info = await infoOf(cli, file);
    expect(info).toMatchObject({
      messages: stored,
      profiles: [{ received: sent, stored, refused }],
      sessions: [{ received: sent, stored, refused }],
    });
    expect(info.sessions[0]?.gapKinds['refused']).toBeGreaterThan(0);
    expect(await problemsOf(cli, file)).toEqual([]);
  },
);
