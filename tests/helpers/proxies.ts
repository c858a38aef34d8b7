import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificates } from './certificates';
import { freePort } from './mosquitto';

export interface Proxy {
  readonly port: number;
  readonly dispose: () => Promise<void>;
}

export interface ProxyOptions {
  readonly username?: string;
  readonly password?: string;
  /** Only to this port may it connect (HTTP). */
  readonly onlyPort?: number;
}

/** A real SOCKS5 proxy, microsocks. */
export async function startSocksProxy({ username, password }: ProxyOptions = {}): Promise<Proxy> {
  const port = await freePort();
  const login = username === undefined ? [] : ['-u', username, '-P', password ?? ''];
  return await running(port, 'microsocks', ['-i', '127.0.0.1', '-p', String(port), ...login]);
}

/** A real HTTP proxy, tinyproxy. */
export async function startHttpProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-proxy-'));
  const { username, password, onlyPort } = options;
  const lines = [
    ...[`Port ${String(port)}`, 'Listen 127.0.0.1', 'Timeout 60', 'MaxClients 20'],
    ...(username === undefined ? [] : [`BasicAuth ${username} ${password ?? ''}`]),
    ...(onlyPort === undefined ? [] : [`ConnectPort ${String(onlyPort)}`]),
  ];
  const file = join(folder, 'tinyproxy.conf');
  await writeFile(file, `${lines.join('\n')}\n`);
  const proxy = await running(port, 'tinyproxy', ['-d', '-c', file]);
  return {
    port,
    dispose: async () => {
      await proxy.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The same over TLS: Tinyproxy itself speaks none. */
export async function startHttpsProxy(
  { certFile, keyFile }: Certificates,
  options: ProxyOptions = {},
): Promise<Proxy> {
  const proxy = await startHttpProxy(options);
  const port = await freePort();
  const sockets = new Set<Socket>();
  const [cert, key] = [await readFile(certFile), await readFile(keyFile)];
  const server = createTlsServer({ cert, key }, (client) => {
    const inner = connect(proxy.port, '127.0.0.1');
    for (const [from, to] of [
      [client, inner],
      [inner, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy()).once('close', () => to.destroy());
      from.pipe(to);
    }
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    dispose: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await proxy.dispose();
    },
  };
}

async function running(port: number, command: string, args: string[]): Promise<Proxy> {
  const child = spawn(command, args, { stdio: 'ignore' });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  await listening(port, child);
  return {
    port,
    dispose: async () => {
      process.off('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      kill();
      await exited;
    },
  };
}

/** Neither program says when it listens. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  const problems: Error[] = [];
  child.once('error', (error) => problems.push(error));
  for (;;) {
    const [problem] = problems;
    if (problem) throw problem;
    if (child.exitCode !== null) throw new Error(`the proxy ended with ${String(child.exitCode)}`);
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
    if (isOpen) return;
    await wait(20);
  }
}
