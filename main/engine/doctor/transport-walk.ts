import type { OpenCarrier } from './recognise';
import { openLocalSocket } from './local-socket';
import { throughProxy } from './proxy-probe';
import { resolveHost, type Address, type Reaching } from './reach';
import { silent, type Run } from './run';
import { isSecure, isWebSocket, type DoctorWay } from './settings';
import { StepFailure } from './step-failure';
import { within } from './time-limit';
import { carrierTo, reach, secure, upgrade } from './transport-steps';

const RESOLVE_MS = 8_000;

/** How to open the way to a broker once more. */
export interface OpenWays {
  /** Below TLS and WebSocket. */
  readonly bare: OpenCarrier;
  /** What carries MQTT. */
  readonly open: OpenCarrier;
}

/** Goes from the name to the byte stream that carries MQTT, step by step. */
export async function walkTransport(
  run: Run,
  way: DoctorWay,
  reaching: Reaching,
): Promise<OpenWays> {
  const { signal } = run;
  const bare = await walkToBroker(run, way, reaching);
  await run.step('tls', 'internal', async (log) => {
    const socket = run.keep(await secure(way, bare, log, signal));
    const { authorized } = socket;
    log.end(
      authorized ? 'ok' : 'warning',
      `${socket.getProtocol() ?? 'TLS'}, ${authorized ? 'certificate trusted' : 'certificate not checked by an authority'}`,
    );
    socket.destroy();
  });
  const layered: OpenCarrier = isSecure(way)
    ? async (stop) => run.keep(await secure(way, bare, silent(), stop))
    : bare;
  const layers = { bare, open: layered };
  await run.step('websocket', 'internal', async (log) => {
    const stream = run.keep(await upgrade(way, layers, log, signal));
    log.end('ok', 'Opened');
    stream.destroy();
  });
  const open: OpenCarrier = isWebSocket(way)
    ? (stop) => upgrade(way, layers, silent(), stop)
    : layered;
  return { bare, open };
}

async function walkToBroker(run: Run, way: DoctorWay, reaching: Reaching): Promise<OpenCarrier> {
  if (way.protocol === 'unix') return walkToSocket(run, way);
  const carrier = carrierTo(way, await walkToPort(run, way, reaching));
  await run.step('proxy', 'internal', async (log) => {
    if (way.proxy === null) {
      log.end('skipped', 'None is needed');
      return;
    }
    const { kind, host, port } = way.proxy;
    log.fact('Proxy', `${host}:${String(port)}`);
    log.fact('Kind', { http: 'HTTP', https: 'HTTP over TLS', socks5: 'SOCKS 5' }[kind]);
    run.keep(await throughProxy(way.proxy, way, run.signal)).destroy();
    log.end('ok', 'Connects to the broker');
  });
  return carrier;
}

async function walkToSocket(run: Run, { socketPath }: DoctorWay): Promise<OpenCarrier> {
  const open: OpenCarrier = (signal) => openLocalSocket(socketPath, signal);
  await run.step('socket', 'internal', async (log) => {
    log.fact('Path', socketPath);
    run.keep(await open(run.signal)).destroy();
    log.end('ok', 'Open');
  });
  return open;
}

async function walkToPort(run: Run, way: DoctorWay, reaching: Reaching): Promise<Address> {
  const { host, port } = way.proxy ?? way;
  let addresses: readonly Address[] = [];
  await run
    .step('resolve', 'lookup-failed', async (log) => {
      addresses = await within(RESOLVE_MS, run.signal, () =>
        resolveHost(host, reaching.hasNetwork),
      );
      for (const { address, family } of addresses) log.fact(`IPv${String(family)}`, address);
      const all = addresses.map(({ address }) => address).join(', ');
      log.end('ok', way.proxy === null ? all : `of the proxy: ${all}`);
    })
    .catch((error: unknown) => {
      throw ofProxy(error, way);
    });
  let reached: Address | null = null;
  await run
    .step('tcp', 'unreachable', async (log) => {
      const { address, isPartial } = await reach(addresses, port, reaching, log, run.signal);
      reached = address;
      log.end(
        isPartial ? 'warning' : 'ok',
        isPartial
          ? 'Not all addresses can be reached'
          : `Port ${String(port)}${way.proxy === null ? '' : ' of the proxy'} is open`,
      );
    })
    .catch((error: unknown) => {
      throw ofProxy(error, way);
    });
  return reached ?? { address: host, family: 4 };
}

/** The broker's address was not tried when its proxy cannot be reached. */
function ofProxy(error: unknown, { proxy }: DoctorWay): unknown {
  if (proxy === null || !(error instanceof StepFailure)) return error;
  if (error.finding.kind === 'offline') return error;
  const { technical } = error.finding;
  const address = `${proxy.host}:${String(proxy.port)}`;
  const facts = { proxy: address, proxyKind: proxy.kind, technical };
  return new StepFailure({ kind: 'proxy', problem: 'unreachable', ...facts }, error.summary);
}
