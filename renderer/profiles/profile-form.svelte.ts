import {
  DEFAULT_PORTS,
  defaultProfileFields,
  parseBrokerUrl,
  profileProblems,
  type Profile,
  type Protocol,
  type Subscription,
} from '../../app/profile';
import type { PasswordChange } from '../state/profiles.svelte';

/** The fields of the connection dialog: what is typed, what is wrong with it, and since when that is shown. */
export class ProfileForm {
  readonly id: string;
  readonly #before: Profile;
  #fields = $state.raw<Profile>(undefined as never);
  #port = $state.raw('');
  #keepAlive = $state.raw('');
  #historyGigabytes = $state.raw('');
  #historyDays = $state.raw('');
  #password = $state.raw('');
  #removesPassword = $state.raw(false);
  /** Fields that were left once; all when the form was sent. */
  #visited = $state.raw<ReadonlySet<string>>(new Set());
  #submitted = $state.raw(false);

  constructor(profile: Profile) {
    this.id = profile.id;
    this.#before = profile;
    this.#fields = profile;
    this.#port = String(profile.port);
    this.#keepAlive = String(profile.keepAlive);
    this.#historyGigabytes = String(profile.historyGigabytes);
    this.#historyDays = profile.historyDays === null ? '' : String(profile.historyDays);
  }

  get fields(): Profile {
    return this.#fields;
  }

  get port(): string {
    return this.#port;
  }

  get keepAlive(): string {
    return this.#keepAlive;
  }

  get historyGigabytes(): string {
    return this.#historyGigabytes;
  }

  /** Empty for no limit. */
  get historyDays(): string {
    return this.#historyDays;
  }

  get password(): string {
    return this.#password;
  }

  get removesPassword(): boolean {
    return this.#removesPassword;
  }

  readonly problems = $derived.by(() => profileProblems(this.#fields));
  readonly isValid = $derived.by(() => this.problems.size === 0);

  /** What is wrong with a field, once it is time to say so. */
  problem(field: string): string | null {
    if (!this.#submitted && !this.#visited.has(field)) return null;
    return this.problems.get(field) ?? null;
  }

  set(change: Partial<Profile>): void {
    this.#fields = { ...this.#fields, ...change };
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

  setPort(text: string): void {
    this.#port = text;
    this.set({ port: wholeNumber(text) });
  }

  setKeepAlive(text: string): void {
    this.#keepAlive = text;
    this.set({ keepAlive: wholeNumber(text) });
  }

  setHistoryGigabytes(text: string): void {
    this.#historyGigabytes = text;
    this.set({ historyGigabytes: decimal(text) });
  }

  setHistoryDays(text: string): void {
    this.#historyDays = text;
    this.set({ historyDays: text.trim() === '' ? null : decimal(text) });
  }

  /** The port follows the protocol while it is the old protocol's usual one. */
  setProtocol(protocol: Protocol): void {
    const untouched = this.#fields.port === DEFAULT_PORTS[this.#fields.protocol];
    this.set({ protocol });
    if (untouched) this.setPort(String(DEFAULT_PORTS[protocol]));
    // The field of the path goes away, and a problem that nobody sees must not keep the form from being saved.
    if (!protocol.startsWith('ws') && this.problems.has('path')) {
      this.set({ path: defaultProfileFields().path });
    }
  }

  setPassword(text: string): void {
    this.#password = text;
    this.#removesPassword = false;
  }

  removePassword(): void {
    this.#password = '';
    this.#removesPassword = true;
  }

  get passwordChange(): PasswordChange {
    if (this.#password !== '') return { kind: 'set', password: this.#password };
    return { kind: this.#removesPassword ? 'remove' : 'keep' };
  }

  /** Whether anything was changed that an open connection does not take over by itself. */
  get changesConnection(): boolean {
    const { name, colour, historyGigabytes, historyDays } = this.#before;
    const asBefore = { ...this.#fields, name, colour, historyGigabytes, historyDays };
    return (
      this.passwordChange.kind !== 'keep' ||
      JSON.stringify(asBefore) !== JSON.stringify(this.#before)
    );
  }

  setSubscription(index: number, change: Partial<Subscription>): void {
    this.set({
      subscriptions: this.#fields.subscriptions.map((subscription, at) =>
        at === index ? { ...subscription, ...change } : subscription,
      ),
    });
  }

  addSubscription(): void {
    this.set({ subscriptions: [...this.#fields.subscriptions, { filter: '', qos: 0 }] });
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
    this.#port = String(parsed.fields.port);
    if (parsed.password !== null) this.setPassword(parsed.password);
    return true;
  }
}

/** Anything that is no whole number becomes NaN, which the profile's schema refuses in words. */
function wholeNumber(text: string): number {
  return /^\d{1,9}$/u.test(text.trim()) ? Number(text.trim()) : NaN;
}

/** A number as people write it, with a point or a comma; anything else becomes NaN. */
function decimal(text: string): number {
  const plain = text.trim().replace(',', '.');
  return /^\d{1,9}(?:\.\d{1,6})?$/u.test(plain) ? Number(plain) : NaN;
}
