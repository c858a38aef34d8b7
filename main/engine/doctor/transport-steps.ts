import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Finding } from '../../../app/doctor/finding';
import { judge, readChain } from './certificate-chain';
import { throughProxy } from './proxy-probe';
import {
  openTcp,
  openUsualPorts,
  tryAddress,
  type Address,
  type Attempt,
  type Reaching,
} from './reach';
import { findWebSocket, recognise, type OpenCarrier } from './recognise';
import { PLAIN_WEB_SOCKET, type DoctorWay } from './settings';
import type { StepLog } from './step-log';
import { codeOf, StepFailure, technicalOf } from './step-failure';
import { TimeLimitError } from './time-limit';
import {
  alertFailure,
  alertFinding,
  isTrusted,
  openTls,
  ownCertificateFinding,
  serverName,
} from './tls-probe';
import { openWebSocket, UpgradeError } from './web-socket-probe';

const OUTCOMES = {
  open: ['connected', 'good'],
  refused: ['refused: nothing is listening', 'bad'],
  silent: ['no answer', 'bad'],
  unreachable: ['cannot be reached', 'bad'],
} as const satisfies Record<Attempt['outcome'], unknown>;

export const inMs = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;

/** Tries all addresses at once; returns the first that is open. */
export async function reach(
  addresses: readonly Address[],
  port: number,
  { hasNetwork, addressMs }: Reaching,
  log: StepLog,
  signal: AbortSignal,
): Promise<{ readonly address: Address; readonly isPartial: boolean }> {
  const attempts = await Promise.all(
    addresses.map(async (address) => {
      const attempt = await tryAddress(address, port, signal, addressMs);
      const [words, tone] = OUTCOMES[attempt.outcome];
      log.fact(attempt.address, `${words} (${inMs(attempt.tookMs)})`, tone);
      return attempt;
    }),
  );
  const open = attempts.filter(({ outcome }) => outcome === 'open');
  const [first] = open;
  if (first !== undefined) return { address: first, isPartial: open.length < attempts.length };
  throw await unreached(attempts, port, hasNetwork, signal);
}

async function unreached(
  attempts: readonly Attempt[],
  port: number,
  hasNetwork: () => boolean,
  signal: AbortSignal,
): Promise<StepFailure> {
  const technical = attempts.map((one) => one.technical).join('; ');
  // The address that came nearest says most.
  const best =
    attempts.find(({ outcome }) => outcome === 'refused') ??
    attempts.find(({ outcome }) => outcome === 'silent') ??
    attempts[0];
  if (best === undefined || best.outcome === 'unreachable') {
    return hasNetwork()
      ? new StepFailure({ kind: 'unreachable', technical }, 'Cannot be reached')
      : new StepFailure({ kind: 'offline', technical }, 'No network');
  }
  const open = await openUsualPorts(best, port, signal);
  return best.outcome === 'refused'
    ? new StepFailure({ kind: 'nothing-listening', open, technical }, 'Nothing is listening')
    : new StepFailure({ kind: 'port-silent', open, technical }, 'No answer');
}

/** How to open the byte stream to the broker once more, through the proxy where there is one. */
export function carrierTo(way: DoctorWay, address: Address): OpenCarrier {
  const { proxy } = way;
  if (proxy === null) return (signal) => openTcp(address.address, way.port, signal);
  return (signal) => throughProxy(proxy, way, signal);
}

/** TLS, and whether the server is the one that is meant. Nothing was sent when it is not. */
export async function secure(
  way: DoctorWay,
  open: OpenCarrier,
  log: StepLog,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const carrier = await open(signal);
  let socket: TLSSocket;
  try {
    socket = await openTls(way, carrier, signal);
  } catch (error) {
    carrier.destroy();
    signal.throwIfAborted();
    throw await handshakeFailure(error, way, open, signal);
  }
  const { version, name, standard } = { version: socket.getProtocol(), ...cipherOf(socket) };
  log.fact('Version', version ?? 'unknown');
  log.fact('Cipher', standard === '' ? name : standard);
  log.fact('Name asked for', serverName(way));
  if (typeof socket.alpnProtocol === 'string' && socket.alpnProtocol !== '')
    log.fact('Application protocol (ALPN)', socket.alpnProtocol);
  const failure = judgeServer(socket, way, log);
  if (failure === null) return socket;
  socket.destroy();
  throw failure;
}

function cipherOf(socket: TLSSocket): { readonly name: string; readonly standard: string } {
  const cipher = socket.getCipher() as { name: string; standardName?: string } | undefined;
  return { name: cipher?.name ?? 'unknown', standard: cipher?.standardName ?? '' };
}

function judgeServer(socket: TLSSocket, way: DoctorWay, log: StepLog): StepFailure | null {
  const { trust } = way.tls;
  const isGood = isTrusted(socket, way.tls);
  const chain = readChain(socket, way.tls);
  // Node's types call it an error; it is the code of one.
  const code = socket.authorized ? '' : String(socket.authorizationError);
  const { problem, index } =
    !isGood && typeof trust === 'object'
      ? ({ problem: 'changed', index: 0 } as const)
      : judge(code, chain);
  log.certificates = chain.cards.map((card, at) =>
    (code !== '' || !isGood) && at === index
      ? { ...card, problem: card.problem ?? PROBLEMS[problem] }
      : card,
  );
  if (isGood) return null;
  const certificate = chain.cards[index] ?? chain.cards[0];
  if (certificate === undefined)
    return alertFailure({ kind: 'tls-handshake', hasClientCertificate: false, technical: code });
  const { missing } = chain;
  const finding: Finding = { kind: 'certificate', problem, certificate, missing, technical: code };
  return new StepFailure(finding, SUMMARIES[problem]);
}

const PROBLEMS = {
  'self-signed': 'was signed by its own maker',
  'unknown-authority': 'is signed by an authority that is not trusted here',
  'missing-intermediate': 'needs a certificate that the server did not send',
  expired: 'has expired',
  'not-yet-valid': 'is not valid yet',
  'wrong-host': 'is for another name',
  changed: 'is not the one that was trusted',
  other: 'cannot be trusted',
} as const;
const SUMMARIES = {
  'self-signed': 'Self-signed certificate',
  'unknown-authority': 'Unknown authority',
  'missing-intermediate': 'A certificate in between is missing',
  expired: 'Certificate has expired',
  'not-yet-valid': 'Certificate is not valid yet',
  'wrong-host': 'Certificate is for another name',
  changed: 'Another certificate',
  other: 'Certificate not trusted',
} as const;

async function handshakeFailure(
  error: unknown,
  way: DoctorWay,
  open: OpenCarrier,
  signal: AbortSignal,
): Promise<StepFailure> {
  if (error instanceof StepFailure) return error;
  const alert = alertFinding(error, way.tls);
  if (alert !== null) return alertFailure(alert);
  const technical = technicalOf(error);
  const speech = await recognise(way, open, signal);
  if (speech !== null)
    return new StepFailure({ kind: 'speaks', speech, technical }, 'Not an encrypted port');
  if (error instanceof TimeLimitError)
    return new StepFailure({ kind: 'tls-silent', technical }, 'No answer');
  const own = ownCertificateFinding(way.tls, technical);
  return own === null
    ? new StepFailure({ kind: 'tls-cut', technical }, 'Broken off')
    : alertFailure(own);
}

/** A late alert is a matter of TLS, whoever notices it. */
export function lateAlert(error: unknown, way: DoctorWay): StepFailure | null {
  if (!codeOf(error).startsWith('ERR_SSL')) return null;
  const finding = alertFinding(error, way.tls);
  return finding === null ? null : alertFailure(finding);
}

export async function upgrade(
  way: DoctorWay,
  { bare, open }: { readonly bare: OpenCarrier; readonly open: OpenCarrier },
  log: StepLog,
  signal: AbortSignal,
): Promise<Duplex> {
  const path = way.path === '' ? '/' : way.path;
  log.fact('Path', path);
  // Values may be secrets: their names say enough.
  const { headers, authorization } = way.webSocket;
  const names = headers.map(({ name }) => name);
  if (authorization !== undefined) names.push('Authorization');
  if (names.length > 0) log.fact('Headers', names.join(', '));
  const carrier = await open(signal);
  try {
    const stream = await openWebSocket(way, path, carrier, signal);
    if (way.webSocket.subprotocol !== '') log.fact('Subprotocol', way.webSocket.subprotocol);
    return stream;
  } catch (error) {
    carrier.destroy();
    signal.throwIfAborted();
    const cause = error instanceof UpgradeError ? error.cause : error;
    throw lateAlert(cause, way) ?? (await upgradeFailure(error, way, { path, bare, open }, signal));
  }
}

async function upgradeFailure(
  error: unknown,
  way: DoctorWay,
  { path, bare, open }: { path: string; bare: OpenCarrier; open: OpenCarrier },
  signal: AbortSignal,
): Promise<StepFailure> {
  const technical = technicalOf(error);
  const status = error instanceof UpgradeError ? error.status : null;
  const asked = way.webSocket.subprotocol;
  // In the words of `ws` (RFC 6455 §4.2.2).
  if (/subprotocol/iu.test(technical))
    return new StepFailure({ kind: 'subprotocol', asked, technical }, 'Another subprotocol');
  // Web servers answer 400 to who speaks without TLS where they expect it.
  if (status === null || status === 400) {
    const speech = await recognise(way, bare, signal);
    if (speech !== null)
      return new StepFailure({ kind: 'speaks', speech, technical }, 'Another protocol');
  }
  if (status === null) {
    // Mosquitto hangs up on a subprotocol that it does not know: then the usual one is tried.
    const isUnusual = asked !== PLAIN_WEB_SOCKET.subprotocol;
    const usual = isUnusual ? await findWebSocket(way, open, signal) : null;
    return usual?.path === path
      ? new StepFailure({ kind: 'subprotocol', asked, technical }, 'Another subprotocol')
      : new StepFailure({ kind: 'websocket-cut', technical }, 'No WebSocket');
  }
  const better = (await findWebSocket(way, open, signal, path))?.path ?? null;
  return new StepFailure({ kind: 'websocket', status, better, technical }, technical);
}
