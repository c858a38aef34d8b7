/** The computer's clock is set while messages come: their order and their number stay true. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import mqtt from 'mqtt';
import { Clock } from '../../main/engine/clock';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { temporaryFolder } from '../helpers/history';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { infoOf, messagesOf, problemsOf, summaryOf, type StoredLine } from '../helpers/stored';

describe('the clock', () => {
  function startedAt(wallMs: number): { clock: Clock; set: (wallMs: number) => void } {
    const shift = { ms: wallMs - performance.now() };
    vi.spyOn(Date, 'now').mockImplementation(() => shift.ms + performance.now());
    return {
      clock: new Clock(),
      set: (to) => {
        shift.ms = to - performance.now();
      },
    };
  }

  test.each([3_600_000, -3_600_000])('follows a jump of %d ms when it is asked to', (jumpMs) => {
    const { clock, set } = startedAt(5e12);
    const before = clock.nowUs();
    set(5e12 + jumpMs);
    const within = clock.nowUs();
    // A batch that is under way keeps its time.
    expect(within - before).toBeGreaterThanOrEqual(0);
    expect(within - before).toBeLessThan(1e6);
    clock.resync();
    expect(Math.abs(clock.nowUs() - (5e12 + jumpMs) * 1_000)).toBeLessThan(1e6);
  });

  test('goes on evenly while the system slews its own', () => {
    const { clock, set } = startedAt(5e12);
    const times = [clock.nowUs()];
    for (let step = 0; step < 50; step += 1) {
      set(Date.now() - 1);
      clock.resync();
      times.push(clock.nowUs());
    }
    const backwards = times.filter((time, at) => time < (times[at - 1] ?? 0));
    // 50 ms of it are followed at once, and the rest waits for the next 50.
    expect(backwards.length).toBeLessThanOrEqual(1);
    expect(Math.abs(clock.nowUs() - Date.now() * 1_000)).toBeLessThan(60_000);
  });
});

let cli: CommandLine;
let broker: Mosquitto;
beforeAll(async () => {
  [cli, broker] = await Promise.all([bundleCommandLine(), startMosquitto()]);
});
afterAll(async () => {
  await broker.dispose();
  await cli.dispose();
});

const HOUR_MS = 3_600_000;
const PER_ROUND = 50;

/** A program whose clock jumps by what a file says whenever it gets SIGUSR2. */
function clockThatJumps(folder: string): { preload: string; setJump: (ms: number) => void } {
  const preload = join(folder, 'clock.cjs');
  const jump = join(folder, 'jump');
  writeFileSync(
    preload,
    `const now = Date.now;
     let shift = 0;
     Date.now = () => now() + shift;
     process.on('SIGUSR2', () => {
       shift += Number(require('node:fs').readFileSync(${JSON.stringify(jump)}, 'utf8'));
       process.stderr.write('jumped to ' + String(shift) + ' ');
     });`,
  );
  return {
    preload,
    setJump: (ms) => {
      writeFileSync(jump, String(ms));
    },
  };
}

const timeOf = ({ time }: StoredLine): number =>
  Math.floor(Date.parse(time) / 1_000) * 1e6 + Number(time.slice(20, 26));

test.each([
  { name: 'forwards', jumps: [HOUR_MS] },
  { name: 'backwards', jumps: [-HOUR_MS] },
  { name: 'to and fro', jumps: [HOUR_MS, -2 * HOUR_MS, 10 * HOUR_MS] },
])('a recording whose clock jumps $name keeps all messages in order', async ({ jumps }) => {
  const folder = await temporaryFolder();
  const file = join(folder, 'jumped.db');
  const url = `mqtt://127.0.0.1:${String(broker.port)}`;
  const { preload, setJump } = clockThatJumps(folder);
  const args = ['record', '--url', url, '-t', 'jump/#', '-q', '1', '--db', file, '--json'];
  const recording = cli.start(args, { node: ['--require', preload] });
  await recording.says(/recording jump/u);
  const client = await mqtt.connectAsync(url);
  let sent = 0;
  const publish = async (count: number): Promise<void> => {
    for (let message = 0; message < count; message += 1) {
      await client.publishAsync(`jump/${String(sent % 7)}`, String(sent), { qos: 1 });
      sent += 1;
    }
    await expect.poll(async () => (await infoOf(cli, file)).messages).toBe(sent);
  };
  await publish(PER_ROUND);
  let shift = 0;
  for (const jump of jumps) {
    setJump(jump);
    shift += jump;
    recording.child.kill('SIGUSR2');
    await recording.says(new RegExp(`jumped to ${String(shift)} `, 'u'));
    // The batch in which it happens keeps the time it began with.
    await publish(1);
    await publish(PER_ROUND);
  }
  await client.endAsync();
  recording.child.kill('SIGINT');
  expect(summaryOf(await recording.ended)).toMatchObject({
    received: sent,
    stored: sent,
    refused: 0,
    gaps: 0,
  });

  expect(await problemsOf(cli, file)).toEqual([]);
  const lines = await messagesOf(cli, file);
  expect(lines.map(({ payload }) => Number(payload))).toEqual(
    Array.from({ length: sent }, (_, index) => index),
  );
  const ids = lines.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
  const times = lines.map(timeOf);
  const steps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  const backwards = steps.filter((step) => step < 0).length;
  expect(backwards).toBe(jumps.filter((jump) => jump < 0).length);
  expect(steps.filter((step) => Math.abs(step) > 1e9).map((us) => Math.sign(us))).toEqual(
    jumps.map(Math.sign),
  );
  const newest = await messagesOf(cli, file, ['--reverse', '-n', '10']);
  expect(newest.map(({ id }) => id)).toEqual(ids.slice(-10).reverse());

  const [session] = (await infoOf(cli, file)).sessions;
  expect(session?.ended).not.toBeNull();
  expect(session?.seconds).toBeGreaterThanOrEqual(0);
  for (const at of [0, 10, PER_ROUND - 1, PER_ROUND, PER_ROUND + 5, sent - 1]) {
    const moment = lines[at]?.time ?? '';
    const boundary = times[at] ?? 0;
    const since = await messagesOf(cli, file, ['--since', moment]);
    expect(since).toEqual(lines.filter((line) => timeOf(line) >= boundary));
    const until = await messagesOf(cli, file, ['--until', moment]);
    expect(until).toEqual(lines.filter((line) => timeOf(line) <= boundary));
  }
});
