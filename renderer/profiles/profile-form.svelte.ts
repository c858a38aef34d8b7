import {
  DEFAULT_PORTS,
  defaultProfileFields,
  parseBrokerUrl,
  profileProblems,
  type Profile,
  type Protocol,
} from '../../app/profile';
import type { Subscription } from '../../app/subscription';
import {
  DEFAULT_PROXY,
  DEFAULT_WEB_SOCKET,
  type ProxySettings,
  type WebSocketSettings,
} from '../../app/profile-network';
import { DEFAULT_TLS, type TlsSettings } from '../../app/profile-tls';
import { usesTls } from '../../app/broker-address';
import type { SecretName } from '../../app/secret';
import type { SecretChanges } from '../state/profiles.svelte';

/** The settings that an open connection takes over by itself. */
const TAKEN_OVER_AT_ONCE = [
  'name',
  'colour',
  'historyGigabytes',
  'historyDays',
  'production',
  'subscriptions',
  'organisation',
] as const;

/** The fields of the connection dialog: what is typed, what is wrong with it, and since when that is shown. */
export class ProfileForm {
  readonly id: string;
  readonly #before: Profile;
  #fields = $state.raw<Profile>(undefined as never);
  /** Numbers as they were typed: field → text. */
  #typed = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Secrets that were typed, or, with null, are to be removed. */
  #secrets = $state.raw<SecretChanges>(new Map());
  /** Fields that were left once; all when the form was sent. */
  #visited = $state.raw<ReadonlySet<string>>(new Set());
  #submitted = $state.raw(false);

  constructor(profile: Profile) {
    this.id = profile.id;
    this.#before = profile;
    this.#fields = profile;
  }

  get fields(): Profile {
    return this.#fields;
  }

  readonly problems = $derived.by(() => profileProblems(this.#fields));
  readonly isValid = $derived.by(() => this.problems.size === 0);

  /** What is wrong with a field, once it is time to say so. */
  problem(field: string): string | null {
    if (!this.#submitted && !this.#visited.has(field)) return null;
    return this.problems.get(field) ?? null;
  }

  /** Whether something is wrong with the field or one below it, once it is time to say so. */
  hasProblem(field: string): boolean {
    return [...this.problems.keys()].some(
      (path) => (path === field || path.startsWith(`${field}.`)) && this.problem(path) !== null,
    );
  }

  set(change: Partial<Profile>): void {
    this.#fields = { ...this.#fields, ...change };
  }

  /** Takes over settings that were found elsewhere; what was typed into a number's field gives way. */
  change(change: Partial<Profile>): void {
    this.set(change);
    if (change.port !== undefined) this.setTyped('port', String(change.port));
    if (change.keepAlive !== undefined) this.setTyped('keepAlive', String(change.keepAlive));
  }

  /** A number's field as it was typed, or as it is. Null is shown as nothing. */
  typed(field: string, value: number | null): string {
    return this.#typed.get(field) ?? (value === null ? '' : String(value));
  }

  /** Remembers what was typed into a number's field. */
  setTyped(field: string, text: string): void {
    this.#typed = new Map([...this.#typed, [field, text]]);
  }

  /** The host as it is typed. A URL that came in one go, pasted or dropped, fills the form at once. */
  setHost(text: string): void {
    const cameAtOnce = Math.abs(text.length - this.#fields.host.length) > 1;
    if (!cameAtOnce || !this.takeUrl(text)) this.set({ host: text });
  }

  visit(field: string): void {
    // A URL that was typed is whole when the field is left.
    if (field === 'host') this.takeUrl(this.#fields.host);
    this.#visited = new Set([...this.#visited, field]);
  }

  /** From now on every problem is shown; says whether there is none. */
  submit(): boolean {
    this.takeUrl(this.#fields.host);
    this.#submitted = true;
    return this.isValid;
  }

  /** As `submit`, but a connection that has no name yet can be tested. */
  isTestable(): boolean {
    this.takeUrl(this.#fields.host);
    if (this.#fields.name.trim() === '') this.set({ name: this.#fields.host });
    return this.submit();
  }

  /** The port follows the protocol while it is the old protocol's usual one. */
  setProtocol(protocol: Protocol): void {
    const untouched = this.#fields.port === DEFAULT_PORTS[this.#fields.protocol];
    this.set({ protocol });
    if (untouched) this.#setPort(DEFAULT_PORTS[protocol]);
    // The field of the path goes away, and a problem that nobody sees must not keep the form from being saved.
    const isWebSocket = protocol.startsWith('ws');
    if (!isWebSocket && this.problems.has('path')) this.set({ path: defaultProfileFields().path });
    if (!isWebSocket && this.#isWrong('webSocket')) this.set({ webSocket: DEFAULT_WEB_SOCKET });
    if (!usesTls({ protocol }) && this.#isWrong('tls')) this.set({ tls: DEFAULT_TLS });
    if (protocol === 'unix' && this.#isWrong('proxy')) this.set({ proxy: DEFAULT_PROXY });
    if (protocol === 'unix' && this.problems.has('host')) this.set({ host: 'localhost' });
    if (protocol === 'unix' && this.problems.has('port')) this.#setPort(DEFAULT_PORTS.unix);
  }

  #isWrong(field: string): boolean {
    return [...this.problems.keys()].some((path) => path.startsWith(`${field}.`));
  }

  setTls(change: Partial<TlsSettings>): void {
    this.set({ tls: { ...this.#fields.tls, ...change } });
  }

  setWebSocket(change: Partial<WebSocketSettings>): void {
    this.set({ webSocket: { ...this.#fields.webSocket, ...change } });
  }

  setProxy(change: Partial<ProxySettings>): void {
    this.set({ proxy: { ...this.#fields.proxy, ...change } });
  }

  /** What was typed as a secret; empty when nothing was. What is stored is never here. */
  secret(name: SecretName): string {
    return this.#secrets.get(name) ?? '';
  }

  removesSecret(name: SecretName): boolean {
    return this.#secrets.get(name) === null;
  }

  /** An empty text leaves what is stored; null removes it. */
  setSecret(name: SecretName, text: string | null): void {
    const secrets = new Map(this.#secrets);
    if (text === '') secrets.delete(name);
    else secrets.set(name, text);
    this.#secrets = secrets;
  }

  /** Whether a secret was typed that has to be kept somewhere. */
  get keepsSecrets(): boolean {
    return [...this.#secrets.values()].some((secret) => secret !== null);
  }

  get secretChanges(): SecretChanges {
    return this.#secrets;
  }

  /** Whether anything was changed that an open connection does not take over by itself. */
  get changesConnection(): boolean {
    const asBefore = { ...this.#fields };
    for (const name of TAKEN_OVER_AT_ONCE) Object.assign(asBefore, { [name]: this.#before[name] });
    return this.#secrets.size > 0 || JSON.stringify(asBefore) !== JSON.stringify(this.#before);
  }

  setSubscription(index: number, change: Partial<Subscription>): void {
    this.set({
      subscriptions: this.#fields.subscriptions.map((subscription, at) =>
        at === index ? { ...subscription, ...change } : subscription,
      ),
    });
  }

  addSubscription(subscription: Subscription): void {
    this.set({ subscriptions: [...this.#fields.subscriptions, subscription] });
  }

  removeSubscription(index: number): void {
    this.set({ subscriptions: this.#fields.subscriptions.filter((_, at) => at !== index) });
  }

  /** Fills the form from a pasted URL; false when the text is none. */
  takeUrl(text: string): boolean {
    const parsed = parseBrokerUrl(text);
    if (!parsed) return false;
    const name = this.#fields.name.trim() === '' ? parsed.fields.host : this.#fields.name;
    this.set({ ...parsed.fields, name });
    this.setProtocol(parsed.fields.protocol);
    this.#setPort(parsed.fields.port);
    if (parsed.password !== null) this.setSecret('password', parsed.password);
    return true;
  }

  #setPort(port: number): void {
    this.set({ port });
    this.setTyped('port', String(port));
  }
}

/** Anything that is no whole number becomes NaN, which the profile's schema refuses in words. */
export function wholeNumber(text: string): number {
  return /^\d{1,10}$/u.test(text.trim()) ? Number(text.trim()) : NaN;
}

/** A number as people write it, with a point or a comma; anything else becomes NaN. */
export function decimal(text: string): number {
  const plain = text.trim().replace(',', '.');
  return /^\d{1,9}(?:\.\d{1,6})?$/u.test(plain) ? Number(plain) : NaN;
}
