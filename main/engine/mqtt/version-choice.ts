import type { RawFailure } from '../../../app/raw-failure';
import { MQTT_VERSIONS, type MqttVersion, type Profile } from '../../../app/profile';
import type { ConnectionOptions } from './types';

/** The newest first. */
const TRIED: readonly MqttVersion[] = MQTT_VERSIONS.toReversed();

/**
 * Which MQTT version to speak where the profile leaves it open: the one that was found before, then the newest, then
 * the older ones, one after the other while the broker refuses them.
 */
export class VersionChoice {
  readonly #options: Pick<ConnectionOptions, 'knownVersion' | 'onVersion'>;
  #left: MqttVersion[] = [];
  #current: MqttVersion = '5';
  #isOpen = false;
  #known: MqttVersion | null = null;
  /** What the first version was refused with: the last one's refusal says less. */
  #first: RawFailure | null = null;

  constructor(options: Pick<ConnectionOptions, 'knownVersion' | 'onVersion'>) {
    this.#options = options;
  }

  get current(): MqttVersion {
    return this.#current;
  }

  /** A new row of tries. */
  begin({ version }: Pick<Profile, 'version'>): void {
    this.#first = null;
    this.#isOpen = version === 'automatic';
    if (version !== 'automatic') {
      this.#current = version;
      this.#left = [];
      return;
    }
    const known = this.#options.knownVersion?.() ?? null;
    this.#known = known;
    const order = known === null ? TRIED : [known, ...TRIED.filter((one) => one !== known)];
    [this.#current = '5', ...this.#left] = order;
  }

  /** The broker accepted the version: one that was found is remembered, and no other is tried any more. */
  accepted(): void {
    if (this.#isOpen && this.#current !== this.#known) this.#options.onVersion?.(this.#current);
    this.#isOpen = false;
    this.#left = [];
    this.#first = null;
  }

  /** A try failed. True when it may be the version, and there is another one to try. */
  refused(failure: RawFailure): boolean {
    if (!this.#mayBeVersion(failure)) return false;
    const next = this.#left.shift();
    if (next === undefined) return false;
    this.#first ??= failure;
    this.#current = next;
    return true;
  }

  /** The failure to tell, when all versions were refused. */
  told(failure: RawFailure): RawFailure {
    const first = this.#mayBeVersion(failure) ? (this.#first ?? failure) : failure;
    this.#first = null;
    return first;
  }

  /**
   * Some brokers take what they do not know for half a packet and wait for the rest: that is tried once, with the version
   * after 5, for each such try takes long.
   */
  #mayBeVersion(failure: RawFailure): boolean {
    if (failure.kind !== 'timeout') return isRefusal(failure);
    return failure.waitingFor === 'connack' && this.#current === '5' && this.#known === null;
  }
}

/** Refused in words; or closed without any, as brokers do that do not know the version at all. */
function isRefusal(failure: RawFailure): boolean {
  if (failure.kind === 'connack') return failure.code === 0x84 || failure.code === 0x01;
  return failure.kind === 'closed' && failure.during === 'connack';
}
