import { randomBytes } from 'node:crypto';
import type { ConnectionFailure } from '../../../app/connection';
import type { DoctorFrame, DoctorStepId, DoctorVerdict } from '../../../app/contract-doctor';
import type { Finding, FindingContext } from '../../../app/doctor/finding';
import { allWell, explain } from '../../../app/doctor/verdict';
import type { MqttVersion, Profile } from '../../../app/profile';
import type { AskSecret } from '../../../app/secret';
import type { Credentials } from '../sign-in/sign-in';
import { testable } from './mqtt-steps';
import { hasNetwork } from './reach';
import { Run } from './run';
import { keepsSession, SessionWalk } from './session-walk';
import { describeWay, isSecure, isWebSocket, type DoctorWay } from './settings';
import { askedSecret, signIn } from './sign-in-step';
import { TIME_LIMITS, type TimeLimits } from './time-limit';
import { walkTransport } from './transport-walk';

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
  /** Default: those for a person. */
  readonly limits?: Partial<TimeLimits>;
}

/**
 * One run: it goes the way of a connection step by step, with short connections of its own, and stops at the first step
 * that fails. It closes everything that it opened.
 */
export class Examination {
  readonly #options: ExaminationOptions;
  readonly #run: Run;
  readonly #clientId: string;
  readonly #startedAtMs = Date.now();
  #way: DoctorWay;
  #state: DoctorFrame['state'] = 'running';
  #verdict: DoctorVerdict | null = null;
  #spoken: MqttVersion;
  #hasPassword = false;

  readonly done: Promise<void>;

  constructor(options: ExaminationOptions) {
    this.#options = options;
    const { profile, usesClientId } = options;
    this.#way = options.way;
    this.#spoken = profile.version === 'automatic' ? '5' : profile.version;
    this.#clientId =
      usesClientId && profile.clientId !== ''
        ? profile.clientId
        : `loupe-doctor-${randomBytes(4).toString('hex')}`;
    this.#run = new Run(stepsOf(options));
    this.done = this.#examine();
  }

  /** Another number: something looks different. */
  get version(): number {
    return this.#run.version;
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
      steps: this.#run.look(),
      verdict: this.#verdict,
    };
  }

  cancel(): void {
    this.#run.cancel();
  }

  async #examine(): Promise<void> {
    let finding: Finding | null;
    try {
      finding = await this.#walk();
    } catch (error) {
      finding = this.#run.failed(error);
    }
    this.#run.end();
    const isCancelled = this.#run.signal.aborted;
    this.#state = isCancelled ? 'cancelled' : 'done';
    if (!isCancelled) this.#verdict = this.#verdictOf(finding);
    this.#run.changed();
  }

  #verdictOf(finding: Finding | null): DoctorVerdict {
    const context = this.#context();
    return finding === null
      ? allWell(this.#options.earlier, context)
      : explain(this.#run.redactor.finding(finding), context);
  }

  /** All steps; returns what is worth telling although the connection works. */
  async #walk(): Promise<Finding | null> {
    const { profile, prepare, usesClientId } = this.#options;
    const limits = { ...TIME_LIMITS, ...this.#options.limits };
    // What cannot be used ends the run before anything is opened.
    if (prepare) this.#way = await prepare(this.#secret);
    const ways = await walkTransport(this.#run, this.#way, {
      hasNetwork: this.#options.hasNetwork ?? hasNetwork,
      addressMs: limits.addressMs,
    });
    const session = new SessionWalk(this.#run, this.#way, {
      ...{ profile, clientId: this.#clientId, limits },
      keepsSession: keepsSession(profile, usesClientId),
      signIn: (version) => this.#signIn(version),
    });
    try {
      return await session.walk(ways);
    } finally {
      this.#spoken = session.version;
    }
  }

  async #signIn(version: MqttVersion): Promise<Credentials> {
    const { profile } = this.#options;
    const credentials = await signIn(profile, version, this.#secret, this.#run.signal);
    this.#run.redactor.add(credentials.password, credentials.username);
    this.#hasPassword = (credentials.password ?? '') !== '';
    return credentials;
  }

  /** Everything that is asked for is taken out of what others say. */
  readonly #secret: AskSecret = async (name) => {
    const value = await askedSecret(this.#options.secret, name);
    const { profile } = this.#options;
    const { username } = name === 'proxy-password' ? profile.proxy : profile;
    this.#run.redactor.add(value, username);
    return value;
  };

  #context(): FindingContext {
    const { profile, usesClientId } = this.#options;
    const { protocol, host, port, path, socketPath, webSocket } = this.#way;
    return {
      ...{ protocol, host, port, path, socketPath, profile },
      version: this.#spoken,
      isAutomaticVersion: profile.version === 'automatic',
      hasUsername: profile.username !== '',
      hasPassword: this.#hasPassword,
      hasAuthorization: webSocket.authorization !== undefined,
      clientId: profile.clientId,
      usedClientId: usesClientId,
      filters: testable(profile).tested.map(({ filter }) => filter),
    };
  }
}

function stepsOf({ way, publishes, profile, usesClientId }: ExaminationOptions): DoctorStepId[] {
  const isLocal = way.protocol === 'unix';
  const mayHaveProxy = !isLocal && (way.proxy !== null || profile.proxy.mode !== 'none');
  return [
    ...(isLocal ? (['socket'] as const) : (['resolve', 'tcp'] as const)),
    ...(mayHaveProxy ? (['proxy'] as const) : []),
    ...(isSecure(way) ? (['tls'] as const) : []),
    ...(isWebSocket(way) ? (['websocket'] as const) : []),
    ...(['connect', 'subscribe', 'ping'] as const),
    ...(publishes && !keepsSession(profile, usesClientId) ? (['round-trip'] as const) : []),
  ];
}
