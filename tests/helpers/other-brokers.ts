/** Brokers that other people run: NATS and RabbitMQ with their MQTT sides, each on private ports and in a folder of its own. */
import { Aedes } from 'aedes';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './mosquitto';

export interface OtherBroker {
  readonly port: number;
  readonly dispose: () => Promise<void>;
}

const NATS = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'];
/** The program itself: the one on the path of Debian changes the user first. */
const RABBITMQ = ['/usr/lib/rabbitmq/bin/rabbitmq-server'];
/** RabbitMQ takes long on a busy machine: it is a system of its own. */
const STARTS_WITHIN_MS = 90_000;

const programOf = (places: readonly string[]): string | undefined =>
  places.find((place) => existsSync(place));

export const hasNats = (): boolean => programOf(NATS) !== undefined;
export const hasRabbitMq = (): boolean => programOf(RABBITMQ) !== undefined;

/** NATS with JetStream, without which it has no MQTT; 3.1.1 only. */
export async function startNats(): Promise<OtherBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-nats-'));
  const port = await freePort();
  const config = join(folder, 'nats.conf');
  await writeFile(
    config,
    [
      `listen: 127.0.0.1:${String(await freePort())}`,
      'server_name: loupe',
      `jetstream { store_dir: "${folder}/store" }`,
      `mqtt { listen: "127.0.0.1:${String(port)}" }`,
    ].join('\n'),
  );
  const child = spawn(programOf(NATS) ?? 'nats-server', ['-c', config], { stdio: 'ignore' });
  return started(child, port, () => rm(folder, { recursive: true, force: true }));
}

/** RabbitMQ with `rabbitmq_mqtt`; 3.1.1 and 3.1, in Debian's version. */
export async function startRabbitMq(): Promise<OtherBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-rabbitmq-'));
  const [port, distributionPort, mapperPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  await writeFile(
    join(folder, 'rabbitmq.conf'),
    [
      'listeners.tcp = none',
      `mqtt.listeners.tcp.default = 127.0.0.1:${String(port)}`,
      'mqtt.allow_anonymous = true',
    ].join('\n'),
  );
  await writeFile(join(folder, 'plugins'), '[rabbitmq_mqtt].');
  const env = {
    ...process.env,
    HOME: folder,
    RABBITMQ_NODENAME: `loupe${String(port)}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
  const program = programOf(RABBITMQ) ?? 'rabbitmq-server';
  const child = spawn(program, [], { env, stdio: 'ignore', detached: true });
  return started(child, port, async () => {
    // The port mapper that it started lives on.
    spawnSync('epmd', ['-port', String(mapperPort), '-kill'], { env, stdio: 'ignore' });
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
}

/** The broker that comes along as a library. */
export async function startAedes(): Promise<OtherBroker> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    dispose: async () => {
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function started(
  child: ChildProcess,
  port: number,
  clean: () => Promise<void>,
): Promise<OtherBroker> {
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  const dispose = async (): Promise<void> => {
    end(child);
    await ended;
    await clean();
  };
  const lost = ended.then(() => 'ended' as const);
  const isOpen = await Promise.race([accepts(port), lost]);
  if (isOpen === true) return { port, dispose };
  await dispose();
  throw new Error(`${child.spawnfile} did not start (${String(isOpen)})`);
}

/** With all that it started. */
function end(child: ChildProcess): void {
  if (child.exitCode !== null || child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It is no group of its own.
    child.kill('SIGTERM');
  }
}

async function accepts(port: number): Promise<boolean> {
  const endMs = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < endMs) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
    if (isOpen) return true;
    await wait(100);
  }
  return false;
}
