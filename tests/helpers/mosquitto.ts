import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { makeCertificates } from './certificates';
import type { CertificateOptions, Certificates } from './certificates';

const run = promisify(execFile);

export interface MosquittoOptions {
  /** Username → password. Without it, everybody may log in. */
  readonly users?: ReadonlyMap<string, string>;
  /** Lines of an ACL file, such as `topic read plant/#`. */
  readonly acl?: readonly string[];
  /** TLS with a fresh authority and certificate; see `certificates` for the file to trust. */
  readonly tls?: CertificateOptions | true;
  readonly websockets?: boolean;
  /** The address to listen on, by default 127.0.0.1. */
  readonly host?: string;
  /** More lines of the configuration for the listener, such as `max_qos 1`, or for all, such as `max_packet_size 1000`. */
  readonly config?: readonly string[];
  /** Keeps sessions and retained messages over `stop` and `start`. */
  readonly persistence?: boolean;
  /** What it logs: all (every packet) unless told; subscriptions only, where a packet's line would be its cost. */
  readonly logging?: 'all' | 'subscriptions';
}

export interface Mosquitto {
  readonly port: number;
  /** Null without TLS. */
  readonly certificates: Certificates | null;
  /** Everything it logged so far. */
  readonly log: () => string;
  /** Stops it; `start` brings it back on the same port. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Stops it for good and removes its files. */
  readonly dispose: () => Promise<void>;
}

/** Starts a real Mosquitto on a private free port, of 127.0.0.1 where nothing else is said; resolves when it accepts connections. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-mosquitto-'));
  try {
    const port = await freePort();
    const certificates =
      options.tls === undefined
        ? null
        : await makeCertificates(folder, options.tls === true ? {} : options.tls);
    const configFile = await writeConfig(folder, port, options, certificates);
    const broker = new MosquittoProcess(configFile);
    await broker.start();
    return {
      port,
      certificates,
      log: () => broker.log,
      start: () => broker.start(),
      stop: () => broker.stop(),
      dispose: async () => {
        await broker.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A TCP port of 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function writeConfig(
  folder: string,
  port: number,
  options: MosquittoOptions,
  certificates: Certificates | null,
): Promise<string> {
  const lines = [
    'per_listener_settings false',
    `allow_anonymous ${String(options.users === undefined)}`,
    'log_dest stderr',
    ...logTypes(options.logging ?? 'all'),
    // As root it would otherwise become a user that cannot read these files.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    ...(options.persistence ? ['persistence true', `persistence_location ${folder}/`] : []),
  ];
  if (options.users !== undefined)
    lines.push(`password_file ${await passwordFile(folder, options.users)}`);
  if (options.acl !== undefined) {
    await writeFile(join(folder, 'acl'), `${options.acl.join('\n')}\n`, { mode: 0o600 });
    lines.push(`acl_file ${join(folder, 'acl')}`);
  }
  lines.push(`listener ${String(port)} ${options.host ?? '127.0.0.1'}`);
  if (options.websockets) lines.push('protocol websockets');
  if (certificates !== null) {
    lines.push(
      `certfile ${certificates.certFile}`,
      `keyfile ${certificates.keyFile}`,
      `cafile ${certificates.caFile}`,
    );
  }
  lines.push(...(options.config ?? []));
  // Mosquitto 2.0 does not start with nothing but WebSocket listeners.
  if (options.websockets) lines.push(`listener ${String(await freePort())} 127.0.0.1`);
  const file = join(folder, 'mosquitto.conf');
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

function logTypes(logging: 'all' | 'subscriptions'): string[] {
  const types = logging === 'all' ? ['all'] : ['error', 'warning', 'information', 'subscribe'];
  return types.map((type) => `log_type ${type}`);
}

async function passwordFile(folder: string, users: ReadonlyMap<string, string>): Promise<string> {
  const file = join(folder, 'passwords');
  await writeFile(file, '', { mode: 0o600 });
  for (const [name, password] of users) await run('mosquitto_passwd', ['-b', file, name, password]);
  return file;
}

/** `sbin` is not on every user's path. */
function mosquittoBinary(): string {
  return (
    ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find((file) => existsSync(file)) ??
    'mosquitto'
  );
}

class MosquittoProcess {
  readonly #configFile: string;
  #child: ChildProcess | null = null;
  #log = '';

  constructor(configFile: string) {
    this.#configFile = configFile;
  }

  get log(): string {
    return this.#log;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn(mosquittoBinary(), ['-c', this.#configFile], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      this.#child = child;
      // A test run that is broken off leaves no broker behind.
      const kill = (): void => {
        child.kill('SIGKILL');
      };
      process.once('exit', kill);
      child.once('exit', () => process.off('exit', kill));
      child.once('error', reject);
      child.once('exit', (code) => {
        this.#child = null;
        reject(new Error(`mosquitto ended with ${String(code)}:\n${this.#log}`));
      });
      createInterface({ input: child.stderr }).on('line', (line) => {
        this.#log += `${line}\n`;
        // The listeners are open before it says so.
        if (/mosquitto version \S+ running/u.test(line)) resolve();
      });
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    // Mosquitto 2.0 forgets a signal that comes between its "running" and its main loop.
    const again = setInterval(() => child.kill('SIGTERM'), 200);
    await exited;
    clearInterval(again);
  }
}
