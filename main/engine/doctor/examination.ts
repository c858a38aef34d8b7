import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { ConnectionFailure } from '../../../app/connection';
import type { DoctorFrame, DoctorStepId, DoctorVerdict } from '../../../app/contract-doctor';
import type { Finding, FindingContext } from '../../../app/doctor/finding';
import { allWell, explain, isHarmless } from '../../../app/doctor/verdict';
import type { MqttVersion, Profile } from '../../../app/profile';
import type { AskSecret } from '../../../app/secret';
import { askedSessionExpiry } from '../mqtt/server-settings';
import { credentialsFor, type Credentials } from '../sign-in/sign-in';
import { TokenSource } from '../sign-in/token-source';
import { MqttProbe } from './mqtt-probe';
import {
  connackCode,
  connackFacts,
  connackFailure,
  greet,
  mqttFailure,
  ping,
  roundTrip,
  subscribe,
  testable,
  type Connack,
} from './mqtt-steps';
import { hasNetwork, resolveHost, type Address } from './reach';
import { recognise, type OpenCarrier } from './recognise';
import { Redactor } from './redact';
import { describeWay, isSecure, isWebSocket, type DoctorWay } from './settings';
import { StepFailure, technicalOf } from './step-failure';
import { StepLog } from './step-log';
import { within } from './time-limit';
import { throughProxy } from './proxy-probe';
import { carrierTo, inMs, lateAlert, reach, secure, upgrade } from './transport-steps';

const RESOLVE_MS = 8_000;
const SIGN_IN_MS = 30_000;

export interface ExaminationOptions {
  readonly runId: number;
  readonly profile: Profile;
  /** The way as far as it is known at once. */
  readonly way: DoctorWay;
  /** Reads files and asks for secrets that the way needs; default: it needs none. */
  readonly prepare?: (secret: AskSecret) => Promise<DoctorWay>;
  readonly secret: AskSecret;
  readonly publishes: boolean;
  readonly usesClientId: boolean;
  /** Why the connection itself failed last; null when it did not. */
  readonly earlier: ConnectionFailure | null;
  /** Default: whether this computer has an address of a network. */
  readonly hasNetwork?: () => boolean;
}

/** The broker was greeted. */
interface Session {
  readonly probe: MqttProbe;
  readonly version: MqttVersion;
}

/**
 * One run: it goes the way of a connection step by step, with short connections of its own, and stops at the first step
 * that fails. It closes everything that it opened.
 */
export class Examination {
  readonly #options: ExaminationOptions;
  readonly #abort = new AbortController();
  readonly #redactor = new Redactor();
  readonly #steps: readonly StepLog[];
  readonly #clientId: string;
  readonly #startedAtMs = Date.now();
  readonly #opened: { destroy: () => unknown }[] = [];
  readonly #hasNetwork: () => boolean;
  #version = 0;
  #way: DoctorWay;
  #state: DoctorFrame['state'] = 'running';
  #verdict: DoctorVerdict | null = null;
  #spoken: MqttVersion;
  #hasPassword = false;
  /** Opens the connection below TLS and WebSocket. */
  #bare: OpenCarrier | null = null;

  readonly done: Promise<void>;

  constructor(options: ExaminationOptions) {
    this.#options = options;
    const { profile, usesClientId } = options;
    this.#hasNetwork = options.hasNetwork ?? hasNetwork;
    this.#way = options.way;
    this.#spoken = profile.version === 'automatic' ? '5' : profile.version;
    this.#clientId =
      usesClientId && profile.clientId !== ''
        ? profile.clientId
        : `loupe-doctor-${randomBytes(4).toString('hex')}`;
    const changed = (): void => {
      this.#version += 1;
    };
    this.#steps = stepsOf(options).map((id) => new StepLog(id, changed));
    this.done = this.#run();
  }

  /** Another number: something looks different. */
  get version(): number {
    return this.#version;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  frame(): DoctorFrame {
    return {
      runId: this.#options.runId,
      state: this.#state,
      target: describeWay(this.#way),
      startedAtMs: this.#startedAtMs,
      clientId: this.#clientId,
      steps: this.#steps.map((step) => step.look()),
      verdict: this.#verdict,
    };
  }

  cancel(): void {
    this.#abort.abort(new Error('cancelled'));
  }

  async #run(): Promise<void> {
    let finding: Finding | null;
    try {
      finding = await this.#walk();
    } catch (error) {
      finding = this.#failed(error);
    }
    for (const one of this.#opened) one.destroy();
    for (const step of this.#steps) {
      if (step.status === 'pending' || step.status === 'running') step.end('skipped', '');
    }
    const isCancelled = this.#abort.signal.aborted;
    const context = this.#context();
    this.#state = isCancelled ? 'cancelled' : 'done';
    if (!isCancelled)
      this.#verdict =
        finding === null
          ? allWell(this.#options.earlier, context)
          : explain(this.#redactor.finding(finding), context);
    this.#version += 1;
  }

  /** All steps; returns what is worth telling although the connection works. */
  async #walk(): Promise<Finding | null> {
    const open = await this.#transport();
    const session = await this.#greeting(open);
    this.#opened.push(session.probe);
    const refused = await this.#subscriptions(session);
    await this.#step('ping', 'no-pong', async (log) => {
      await ping(session.probe, this.#abort.signal);
      log.end('ok', 'Answered');
    });
    const returned = await this.#roundTrip(session);
    await session.probe.close();
    return refused ?? returned;
  }

  /** Up to the byte stream that carries MQTT; returns how to open it once more. */
  async #transport(): Promise<OpenCarrier> {
    await this.#prepare();
    const way = this.#way;
    const { signal } = this.#abort;
    const address = await this.#reached();
    const carrier = carrierTo(way, address);
    this.#bare = carrier;
    await this.#step('proxy', 'internal', async (log) => {
      if (way.proxy === null) {
        log.end('skipped', 'None is needed');
        return;
      }
      log.fact('Proxy', `${way.proxy.host}:${String(way.proxy.port)}`);
      this.#keep(await throughProxy(way.proxy, way, signal)).destroy();
      log.end('ok', 'Connects to the broker');
    });
    await this.#step('tls', 'internal', async (log) => {
      const socket = this.#keep(await secure(way, carrier, log, signal));
      const { authorized } = socket;
      log.end(
        authorized ? 'ok' : 'warning',
        `${socket.getProtocol() ?? 'TLS'}, ${authorized ? 'certificate trusted' : 'certificate not checked by an authority'}`,
      );
      socket.destroy();
    });
    const layered: OpenCarrier = isSecure(way)
      ? async (stop) => this.#keep(await secure(way, carrier, silent(), stop))
      : carrier;
    const layers = { bare: carrier, open: layered };
    await this.#step('websocket', 'internal', async (log) => {
      const stream = this.#keep(await upgrade(way, layers, log, signal));
      log.end('ok', 'Opened');
      stream.destroy();
    });
    return isWebSocket(way) ? (stop) => upgrade(way, layers, silent(), stop) : layered;
  }

  /** What cannot be used ends the run before anything is opened. */
  async #prepare(): Promise<void> {
    const { prepare } = this.#options;
    if (prepare) this.#way = await prepare(this.#secret);
  }

  /** Everything that is asked for is taken out of what others say. */
  readonly #secret: AskSecret = async (name) => {
    const value = await this.#options.secret(name);
    const { profile } = this.#options;
    const { username } = name === 'proxy-password' ? profile.proxy : profile;
    this.#redactor.add(value, username);
    return value;
  };

  async #reached(): Promise<Address> {
    const way = this.#way;
    const { signal } = this.#abort;
    const { host, port } = way.proxy ?? way;
    let addresses: readonly Address[] = [];
    await this.#step('resolve', 'lookup-failed', async (log) => {
      addresses = await within(RESOLVE_MS, signal, () => resolveHost(host, this.#hasNetwork));
      for (const { address, family } of addresses) log.fact(`IPv${String(family)}`, address);
      log.end('ok', addresses.map(({ address }) => address).join(', '));
    });
    let reached: Address | null = null;
    await this.#step('tcp', 'port-silent', async (log) => {
      const { address, isPartial } = await reach(addresses, port, this.#hasNetwork, log, signal);
      reached = address;
      log.end(
        isPartial ? 'warning' : 'ok',
        isPartial ? 'Not all addresses can be reached' : `Port ${String(port)} is open`,
      );
    }).catch((error: unknown) => {
      throw this.#ofProxy(error);
    });
    return reached ?? { address: host, family: 4 };
  }

  /** The broker's address was not tried when its proxy cannot be reached. */
  #ofProxy(error: unknown): unknown {
    const { proxy } = this.#way;
    if (proxy === null || !(error instanceof StepFailure)) return error;
    const { technical } = error.finding;
    const address = `${proxy.host}:${String(proxy.port)}`;
    return new StepFailure(
      { kind: 'proxy', problem: 'unreachable', proxy: address, technical },
      error.summary,
    );
  }

  /** CONNECT and CONNACK, with the older version where the choice is left open and the newer one is refused. */
  async #greeting(open: OpenCarrier): Promise<Session> {
    let session: Session | null = null;
    await this.#step('connect', 'internal', async (log) => {
      log.fact('Client id', this.#clientId);
      const credentials = await this.#credentials();
      log.fact('Signs in', signInWords(credentials));
      try {
        session = await this.#greet(open, credentials, log);
      } catch (error) {
        if (!this.#mayBeVersion(error)) throw error;
        log.fact('MQTT 5', `refused (${technicalOf(error)}); trying 3.1.1`, 'warn');
        this.#spoken = '3.1.1';
        session = await this.#greet(open, credentials, log);
      }
      log.end('ok', `Accepted, MQTT ${session.version}`);
    });
    if (session === null) throw new Error('the greeting has no result');
    return session;
  }

  #mayBeVersion(error: unknown): boolean {
    if (this.#options.profile.version !== 'automatic' || !(error instanceof StepFailure))
      return false;
    const { finding } = error;
    const isRefused = finding.kind === 'connack' && (finding.code === 0x84 || finding.code === 1);
    return isRefused || finding.kind === 'closed-after-connect';
  }

  async #greet(open: OpenCarrier, credentials: Credentials, log: StepLog): Promise<Session> {
    const { profile, usesClientId } = this.#options;
    const way = this.#way;
    const { signal } = this.#abort;
    const version = this.#spoken;
    const probe = new MqttProbe(this.#keep(await open(signal)), version);
    this.#opened.push(probe);
    let connack: Connack;
    // Its own session is never left behind; the profile's stays as long as the profile wants it.
    const keepsSession = usesClientId && profile.clientId !== '' && !profile.cleanStart;
    try {
      connack = await greet(
        probe,
        {
          ...{ version, clientId: this.#clientId, keepAlive: profile.keepAlive },
          clean: !keepsSession,
          sessionExpirySeconds: keepsSession ? askedSessionExpiry({ ...profile, version }) : null,
          ...credentials,
        },
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      throw lateAlert(innerError(error), way) ?? (await this.#noConnack(error, probe, open));
    }
    for (const fact of connackFacts(version, connack)) {
      const { label, value, tone } = this.#redactor.fact(fact);
      log.fact(label, value, tone);
    }
    if (connackCode(version, connack) !== 0) throw connackFailure(version, connack);
    return { probe, version };
  }

  async #noConnack(error: unknown, probe: MqttProbe, open: OpenCarrier): Promise<StepFailure> {
    const failure = mqttFailure(
      error,
      (technical, afterMs) => ({ kind: 'no-connack', technical, afterMs }),
      (technical) => ({ kind: 'closed-after-connect', technical }),
    );
    const { kind, technical } = failure.finding;
    if (kind === 'disconnected' || kind === 'internal') return failure;
    // The other layers are asked below TLS and WebSocket: from the bare connection.
    const speech = await recognise(this.#way, this.#bare ?? open, this.#abort.signal);
    if (speech !== null)
      return new StepFailure({ kind: 'speaks', speech, technical }, 'Another protocol');
    if (kind !== 'not-mqtt') return failure;
    const first = [...probe.firstBytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return new StepFailure({ kind, technical: `first bytes: ${first}` }, failure.summary);
  }

  async #subscriptions({ probe }: Session): Promise<Finding | null> {
    const { profile, usesClientId } = this.#options;
    const { tested, shared } = testable(profile);
    return this.#tolerant(
      'subscribe',
      async (log) => {
        for (const { filter } of shared)
          log.fact(filter, 'not tested: it would take messages away from its group');
        if (usesClientId && profile.clientId !== '' && !profile.cleanStart)
          log.end('skipped', 'Left as they are: the session of this client id is kept');
        else if (tested.length === 0) log.end('skipped', 'None to test');
        else {
          await subscribe(probe, tested, log, this.#abort.signal);
          log.end('ok', `${String(tested.length)} granted`);
        }
      },
      'no-suback',
      'closed-on-subscribe',
    );
  }

  async #roundTrip({ probe }: Session): Promise<Finding | null> {
    return this.#tolerant(
      'round-trip',
      async (log) => {
        const startedMs = performance.now();
        await roundTrip(probe, log, this.#abort.signal);
        log.end('ok', `There and back in ${inMs(performance.now() - startedMs)}`);
      },
      'no-puback',
      'closed-on-publish',
    );
  }

  /** A step whose refusal does not stop the rest. */
  async #tolerant(
    id: DoctorStepId,
    work: (log: StepLog) => Promise<void>,
    silentKind: 'no-suback' | 'no-puback',
    closedKind: 'closed-on-subscribe' | 'closed-on-publish',
  ): Promise<Finding | null> {
    const log = this.#steps.find((step) => step.id === id);
    if (!log) return null;
    log.begin();
    try {
      await work(log);
      return null;
    } catch (error) {
      this.#abort.signal.throwIfAborted();
      const failure = mqttFailure(
        error,
        (technical) => ({ kind: silentKind, technical }),
        (technical) => ({ kind: closedKind, technical }),
      );
      if (!isHarmless(failure.finding)) throw failure;
      log.end('warning', failure.summary);
      return failure.finding;
    }
  }

  async #step(
    id: DoctorStepId,
    silentKind: 'lookup-failed' | 'port-silent' | 'no-pong' | 'internal',
    work: (log: StepLog) => Promise<void>,
  ): Promise<void> {
    const log = this.#steps.find((step) => step.id === id);
    if (!log) return;
    log.begin();
    try {
      await work(log);
    } catch (error) {
      this.#abort.signal.throwIfAborted();
      const kind = silentKind === 'port-silent' ? 'unreachable' : silentKind;
      throw mqttFailure(
        error,
        (technical) => ({ kind, technical }),
        (technical) => ({ kind: 'connection-lost', technical }),
      );
    }
  }

  /** Marks the step that the failure belongs to. */
  #failed(error: unknown): Finding {
    const technical = technicalOf(error);
    const failure =
      error instanceof StepFailure ? error : new StepFailure({ kind: 'internal', technical }, '');
    const running = this.#steps.find(({ status }) => status === 'running');
    const named = this.#steps.find(({ id }) => id === failure.step);
    if (named !== undefined && named !== running) running?.end('skipped', '');
    (named ?? running)?.end('failed', failure.summary);
    return failure.finding;
  }

  async #credentials(): Promise<Credentials> {
    const { profile } = this.#options;
    // A person confirms a sign-in at the connection itself, not in a test.
    const confirm = new AbortController();
    const secret = this.#secret;
    const onConfirm = (): void => {
      confirm.abort(new Error('the sign-in has to be confirmed in a browser: connect first'));
    };
    try {
      const credentials = await within(SIGN_IN_MS, this.#abort.signal, (stop) => {
        confirm.signal.addEventListener('abort', () => undefined);
        const signal = AbortSignal.any([stop, confirm.signal]);
        const tokens = new TokenSource({ secret, onConfirm });
        return credentialsFor(
          { profile: { ...profile, version: this.#spoken }, secret, tokens },
          signal,
        );
      });
      this.#redactor.add(credentials.password, credentials.username);
      this.#hasPassword = (credentials.password ?? '') !== '';
      return credentials;
    } catch (error) {
      this.#abort.signal.throwIfAborted();
      const why: unknown = confirm.signal.aborted ? confirm.signal.reason : error;
      const technical = technicalOf(why);
      throw new StepFailure({ kind: 'sign-in', message: technical, technical }, 'No sign-in');
    }
  }

  #keep<T extends Duplex>(stream: T): T {
    this.#opened.push(stream);
    return stream;
  }

  #context(): FindingContext {
    const { profile, usesClientId } = this.#options;
    const way = this.#way;
    const { protocol, host, port, path } = way;
    return {
      ...{ protocol, host, port, path },
      version: this.#spoken,
      isAutomaticVersion: profile.version === 'automatic',
      hasUsername: profile.username !== '',
      hasPassword: this.#hasPassword,
      clientId: profile.clientId,
      usedClientId: usesClientId,
      filters: testable(profile).tested.map(({ filter }) => filter),
    };
  }
}

function stepsOf({ way, publishes, profile, usesClientId }: ExaminationOptions): DoctorStepId[] {
  const keepsSession = usesClientId && profile.clientId !== '' && !profile.cleanStart;
  return [
    ...(['resolve', 'tcp'] as const),
    ...(way.proxy === null && profile.proxy.mode === 'none' ? [] : (['proxy'] as const)),
    ...(isSecure(way) ? (['tls'] as const) : []),
    ...(isWebSocket(way) ? (['websocket'] as const) : []),
    ...(['connect', 'subscribe', 'ping'] as const),
    ...(publishes && !keepsSession ? (['round-trip'] as const) : []),
  ];
}

function signInWords({ username, password, enhanced }: Credentials): string {
  if (enhanced !== null) return `with ${enhanced.method}`;
  const hasPassword = password !== undefined && password !== '';
  if (username === '') return hasPassword ? 'with a password or token only' : 'without';
  return hasPassword ? 'with a username and a password' : 'with a username, without a password';
}

function innerError(error: unknown): unknown {
  return error instanceof Error && 'error' in error ? error.error : error;
}

/** A layer that is opened once more has nothing new to tell. */
function silent(): StepLog {
  return new StepLog('tls', () => undefined);
}
