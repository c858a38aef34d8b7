import type { Finding } from '../../../app/doctor/finding';
import { bytesText } from '../../../app/mqtt-violation';
import type { MqttVersion, Profile } from '../../../app/profile';
import type { Subscription } from '../../../app/subscription';
import { askedSessionExpiry } from '../mqtt/server-settings';
import type { Credentials } from '../sign-in/sign-in';
import { MqttProbe } from './mqtt-probe';
import { connackCode, connackFacts, connackFailure, type Connack } from './connack-answer';
import { greet, mqttFailure, ping, roundTrip, subscribe, testable } from './mqtt-steps';
import { recognise } from './recognise';
import type { Run } from './run';
import type { DoctorWay } from './settings';
import { StepFailure, technicalOf } from './step-failure';
import type { StepLog } from './step-log';
import type { TimeLimits } from './time-limit';
import type { OpenWays } from './transport-walk';
import { inMs, lateAlert } from './transport-steps';

export interface SessionOptions {
  readonly profile: Profile;
  readonly clientId: string;
  /** Whether that is the profile's own, whose session is then left as it is. */
  readonly keepsSession: boolean;
  /** Gets together what a version needs to sign in. @throws StepFailure */
  readonly signIn: (version: MqttVersion) => Promise<Credentials>;
  readonly limits: TimeLimits;
}

/** What is tried after MQTT 5 where the version is left open. */
const OLDER: readonly MqttVersion[] = ['3.1.1', '3.1'];

/** Whether a test with the profile's own client id has to leave its session alone. */
export function keepsSession(
  { clientId, cleanStart }: Pick<Profile, 'clientId' | 'cleanStart'>,
  usesClientId: boolean,
): boolean {
  return usesClientId && clientId !== '' && !cleanStart;
}

/** MQTT from the greeting to a message that comes back, over a way that is known to be open. */
export class SessionWalk {
  readonly #run: Run;
  readonly #way: DoctorWay;
  readonly #options: SessionOptions;
  #spoken: MqttVersion;

  constructor(run: Run, way: DoctorWay, options: SessionOptions) {
    this.#run = run;
    this.#way = way;
    this.#options = options;
    const { version } = options.profile;
    this.#spoken = version === 'automatic' ? '5' : version;
  }

  /** The version that was spoken last. */
  get version(): MqttVersion {
    return this.#spoken;
  }

  /** All steps; returns what is worth telling although the connection works. */
  async walk(ways: OpenWays): Promise<Finding | null> {
    const probe = await this.#greeting(ways);
    const refused = await this.#subscriptions(probe);
    await this.#run.step('ping', 'no-pong', async (log) => {
      await ping(probe, this.#options.limits.pingMs, this.#run.signal);
      log.end('ok', 'Answered');
    });
    const returned = await this.#roundTrip(probe);
    await probe.close();
    return refused ?? returned;
  }

  /** CONNECT and CONNACK, with the older version where the choice is left open and the newer one is refused. */
  async #greeting(ways: OpenWays): Promise<MqttProbe> {
    let probe: MqttProbe | null = null;
    await this.#run.step('connect', 'internal', async (log) => {
      log.fact('Client id', this.#options.clientId);
      const credentials = await this.#options.signIn(this.#spoken);
      log.fact('Signs in', signInWords(credentials));
      probe = await this.#greetInTurn(ways, credentials, log);
      log.end('ok', `Accepted, MQTT ${this.#spoken}`);
    });
    if (probe === null) throw new Error('the greeting has no result');
    return probe;
  }

  /** With the older versions too, as the connection does. When all are refused the first refusal says most. */
  async #greetInTurn(ways: OpenWays, credentials: Credentials, log: StepLog): Promise<MqttProbe> {
    const first = this.#spoken;
    const older = this.#options.profile.version === 'automatic' ? [...OLDER] : [];
    let refusal: unknown = null;
    for (;;) {
      try {
        return await this.#greet(ways, credentials, log);
      } catch (error) {
        if (!mayBeVersion(error)) throw error;
        refusal ??= error;
        const next = older.shift();
        if (next === undefined) break;
        const words = `refused (${technicalOf(error)}); trying ${next}`;
        log.fact(`MQTT ${this.#spoken}`, words, 'warn');
        this.#spoken = next;
      }
    }
    this.#spoken = first;
    throw refusal;
  }

  async #greet(ways: OpenWays, credentials: Credentials, log: StepLog): Promise<MqttProbe> {
    const { signal, redactor } = this.#run;
    const probe = new MqttProbe(this.#run.keep(await ways.open(signal)), this.#spoken);
    const connack = await this.#answered(probe, ways, credentials);
    const redacted = (text: string): string => redactor.text(text);
    for (const { label, value, tone } of connackFacts(this.#spoken, connack, redacted)) {
      log.fact(label, value, tone);
    }
    if (connackCode(this.#spoken, connack) !== 0) throw connackFailure(this.#spoken, connack);
    return probe;
  }

  async #answered(probe: MqttProbe, ways: OpenWays, credentials: Credentials): Promise<Connack> {
    const { profile, clientId, keepsSession: keeps, limits } = this.#options;
    const version = this.#spoken;
    const greeting = {
      ...{ version, clientId, keepAlive: profile.keepAlive },
      // Its own session is never left behind; the profile's stays as long as the profile wants it.
      clean: !keeps,
      sessionExpirySeconds: keeps ? askedSessionExpiry({ ...profile, version }) : null,
      ...credentials,
    };
    try {
      return await greet(probe, greeting, limits.connackMs, this.#run.signal);
    } catch (error) {
      this.#run.signal.throwIfAborted();
      throw lateAlert(innerError(error), this.#way) ?? (await this.#noConnack(error, probe, ways));
    }
  }

  async #noConnack(error: unknown, probe: MqttProbe, { bare }: OpenWays): Promise<StepFailure> {
    const failure = mqttFailure(
      error,
      (technical, afterMs) => ({ kind: 'no-connack', technical, afterMs }),
      (technical) => ({ kind: 'closed-after-connect', technical }),
    );
    const { kind, technical } = failure.finding;
    if (kind === 'disconnected' || kind === 'internal' || kind === 'sign-in-exchange')
      return failure;
    // The other layers are asked below TLS and WebSocket: from the bare connection.
    const isLocal = this.#way.protocol === 'unix';
    const speech = isLocal ? null : await recognise(this.#way, bare, this.#run.signal);
    if (speech !== null)
      return new StepFailure({ kind: 'speaks', speech, technical }, 'Another protocol');
    if (kind !== 'malformed') return failure;
    const first = `first bytes: ${bytesText(probe.firstBytes)}`;
    return new StepFailure({ kind: 'not-mqtt', technical: first }, 'The answer is not MQTT');
  }

  #subscriptions(probe: MqttProbe): Promise<Finding | null> {
    const { tested, shared } = testable(this.#options.profile);
    return this.#run.tolerant(
      'subscribe',
      async (log) => {
        for (const { filter } of shared)
          log.fact(filter, 'not tested: it would take messages away from its group');
        await this.#subscribe(probe, tested, log);
      },
      'no-suback',
      'closed-on-subscribe',
    );
  }

  async #subscribe(probe: MqttProbe, tested: readonly Subscription[], log: StepLog): Promise<void> {
    if (this.#options.keepsSession) {
      log.end('skipped', 'Left as they are: the session of this client id is kept');
    } else if (tested.length === 0) {
      log.end('skipped', 'None to test');
    } else {
      await subscribe(probe, tested, log, this.#run.signal);
      log.end('ok', `${String(tested.length)} granted`);
    }
  }

  #roundTrip(probe: MqttProbe): Promise<Finding | null> {
    return this.#run.tolerant(
      'round-trip',
      async (log) => {
        const startedMs = performance.now();
        await roundTrip(probe, log, this.#run.signal);
        log.end('ok', `There and back in ${inMs(performance.now() - startedMs)}`);
      },
      'no-puback',
      'closed-on-publish',
    );
  }
}

function mayBeVersion(error: unknown): boolean {
  if (!(error instanceof StepFailure)) return false;
  const { finding } = error;
  const isRefused = finding.kind === 'connack' && (finding.code === 0x84 || finding.code === 1);
  return isRefused || finding.kind === 'closed-after-connect';
}

function signInWords({ username, password, enhanced }: Credentials): string {
  if (enhanced !== null) return `with ${enhanced.method}`;
  const hasPassword = password !== undefined && password !== '';
  if (username === '')
    return hasPassword ? 'with a password or token only' : 'without a username or password';
  return hasPassword ? 'with a username and a password' : 'with a username, without a password';
}

function innerError(error: unknown): unknown {
  return error instanceof Error && 'error' in error ? error.error : error;
}
