import { isTrueOf } from '../../../../app/search/compare-json';
import { MOST_JSON_BYTES, type MessageSearch } from '../../../../app/search/message-search';
import type { MessageQuery } from '../../../../app/search/query';
import { damagedRun } from '../bytes';
import type { Database } from '../driver';
import { FLAG_DUP, FLAG_OUT, FLAG_RETAIN } from '../history';
import { HEAD_BYTES } from '../layout';
import { propertyBytes } from '../message-columns';
import { topicsOf, type RunHeads } from '../run';
import { mayHave } from '../signature';
import { RunMessages, storedHead } from '../run-messages';
import type { Run } from '../run-source';
import { BodySearch } from './body-search';
import { JsonProbe } from './json-probe';
import { LargePayloads } from './large-payloads';
import { needleOf, textNeedle, type Needle } from './needle';
import { SearchTopics } from './search-topics';

interface TextTest {
  readonly search: BodySearch;
  readonly inTopic: boolean;
  readonly inPayload: boolean;
}

/** Ids between which messages are meant, both included. */
export interface IdRange {
  readonly firstId: number;
  readonly lastId: number;
}

const NOTHING = Buffer.alloc(0);

/** Says which messages of a run a search means. What few messages have is looked for in whole bodies at once. */
export class MessageMatcher {
  readonly topics: SearchTopics;
  /** Payloads that were too large to be parsed. */
  tooLarge = 0;
  readonly #search: MessageSearch;
  readonly #ids: IdRange;
  readonly #texts: readonly TextTest[];
  readonly #comparisons: MessageQuery['comparisons'];
  readonly #probes: readonly JsonProbe[];
  readonly #backslash = new BodySearch(textNeedle('\\', true));
  readonly #messages: RunMessages;
  readonly #large: LargePayloads;
  /** Texts that are in the name of a topic of the run that is looked at. */
  #named: readonly boolean[] = [];

  constructor(
    database: Database,
    profile: number,
    search: MessageSearch,
    query: MessageQuery,
    ids: IdRange,
  ) {
    this.#search = search;
    this.#ids = ids;
    this.#comparisons = query.comparisons;
    this.#probes = query.comparisons.map((comparison) => new JsonProbe(comparison));
    this.#messages = new RunMessages(database);
    this.#large = new LargePayloads(database);
    this.#texts = query.terms.map((term) => ({
      search: new BodySearch(needleOf(term, search.matchCase)),
      inTopic: term.kind === 'text' && term.where !== 'payload',
      inPayload: term.kind === 'bytes' || term.where !== 'topic',
    }));
    const needles = this.#texts.map(({ search: { needle }, inTopic }) => (inTopic ? needle : null));
    this.topics = new SearchTopics(database, profile, search.selection.filters, needles);
  }

  /** What is to be found in payloads, for showing where it is. */
  get payloadNeedles(): readonly Needle[] {
    return this.#texts.filter(({ inPayload }) => inPayload).map(({ search }) => search.needle);
  }

  /** The places of the messages that are meant. @throws LoupeError `history-unavailable` when the run is damaged */
  matchesOf(run: Run): readonly number[] {
    const places: number[] = [];
    const sought = this.#isInBounds(run) ? this.#soughtIn(run) : null;
    if (sought === null) return places;
    if (this.#isRuledOut(run, sought)) return places;
    const isBodyWanted = this.#probes.length > 0 || sought.some((isSought) => isSought);
    const body = isBodyWanted ? bufferOf(run.scanBody()) : NOTHING;
    if (isBodyWanted && !this.#canMatch(run, body, sought)) return places;
    const { heads } = run;
    if (isBodyWanted && body.length !== heads.offsets[heads.length]) throw damagedRun();
    for (let at = 0; at < heads.length; at++) {
      const isMeant = this.#isMeant(heads, at) && this.#hasTexts(run, at, body);
      if (isMeant && this.#compares(run, at, body)) places.push(at);
    }
    return places;
  }

  #isInBounds({ bounds }: Run): boolean {
    const { fromUs, toUs } = this.#search.selection;
    return (
      bounds.lastId >= this.#ids.firstId &&
      bounds.firstId <= this.#ids.lastId &&
      (fromUs === null || bounds.lastUs >= fromUs) &&
      (toUs === null || bounds.firstUs <= toUs)
    );
  }

  /**
   * For each text whether payloads have to be looked into; null when no message of the run can be meant, to go by their
   * topics alone.
   */
  #soughtIn(run: Run): boolean[] | null {
    const { topics } = this;
    const inNames = this.#texts.map((_, term) => topics.hasInAnyName(term));
    this.#named = [];
    if (topics.all && !inNames.includes(true)) {
      return this.#texts.every(({ inPayload }) => inPayload) ? this.#texts.map(() => true) : null;
    }
    const sought = this.#texts.map(() => false);
    const isNamed = this.#texts.map(() => false);
    let isAnyMeant = false;
    for (const { topic } of topicsOf(run.topics)) {
      if (!topics.isMeant(topic)) continue;
      isAnyMeant = true;
      for (const term of sought.keys()) {
        if (inNames[term] === true && topics.hasInName(term, topic)) isNamed[term] = true;
        else sought[term] = true;
      }
    }
    if (!isAnyMeant) return null;
    for (const [term, { inPayload }] of this.#texts.entries()) {
      if (inPayload) continue;
      if (isNamed[term] !== true) return null;
      sought[term] = false;
    }
    this.#named = isNamed;
    return sought;
  }

  /** Whether the signature says that no payload has one of the texts that every message must have. */
  #isRuledOut(run: Run, sought: readonly boolean[]): boolean {
    const needed = this.#texts
      .filter((_, term) => sought[term] === true && this.#named[term] !== true)
      .map(({ search }) => search.needle.signatureBits)
      .filter((bits) => bits.length > 0);
    // The end of a large payload is not in the body.
    if (run.bounds.large > 0 || needed.length + this.#probes.length === 0) return false;
    const { signature } = run;
    if (signature === null) return false;
    return (
      needed.some((bits) => !mayHave(signature, bits)) ||
      this.#probes.some((probe) => !probe.mayBeIn(signature))
    );
  }

  /** Whether the body has what every message that is meant must have. */
  #canMatch(run: Run, body: Buffer, sought: readonly boolean[]): boolean {
    // The end of a large payload is not in the body.
    const isAll = run.bounds.large === 0;
    for (const [term, { search }] of this.#texts.entries()) {
      if (sought[term] !== true || search.reset(body)) continue;
      if (isAll && this.#named[term] !== true) return false;
    }
    const hasBackslash = this.#probes.length > 0 && this.#backslash.reset(body);
    for (const probe of this.#probes)
      if (!probe.reset(body) && !hasBackslash && isAll) return false;
    return true;
  }

  #isMeant({ ids, timesUs, flags, topics }: RunHeads, at: number): boolean {
    const { selection, qos, retain, dup, direction } = this.#search;
    const id = ids[at] ?? 0;
    const timeUs = timesUs[at] ?? 0;
    const flag = flags[at] ?? 0;
    return (
      id >= this.#ids.firstId &&
      id <= this.#ids.lastId &&
      (selection.fromUs === null || timeUs >= selection.fromUs) &&
      (selection.toUs === null || timeUs <= selection.toUs) &&
      (retain === null || ((flag & FLAG_RETAIN) !== 0) === retain) &&
      (dup === null || ((flag & FLAG_DUP) !== 0) === dup) &&
      (direction === null || ((flag & FLAG_OUT) !== 0) === (direction === 'out')) &&
      (qos.length === 0 || qos.some((one) => one === (flag & 0x03))) &&
      this.topics.isMeant(topics[at] ?? 0)
    );
  }

  #hasTexts(run: Run, at: number, body: Buffer): boolean {
    const { heads } = run;
    const begin = (heads.offsets[at] ?? 0) + propertyBytes(heads.properties[at] ?? 0);
    const end = heads.offsets[at + 1] ?? 0;
    const topic = heads.topics[at] ?? 0;
    return this.#texts.every(({ search, inPayload }, term) => {
      if (this.topics.hasInName(term, topic)) return true;
      if (!inPayload) return false;
      if (search.within(begin, end) >= 0) return true;
      if ((heads.sizes[at] ?? 0) <= HEAD_BYTES) return false;
      return this.#large.find(search.needle, heads.ids[at] ?? 0, body.subarray(begin, end)) >= 0;
    });
  }

  #compares(run: Run, at: number, body: Buffer): boolean {
    if (this.#comparisons.length === 0) return true;
    const { heads } = run;
    const begin = (heads.offsets[at] ?? 0) + propertyBytes(heads.properties[at] ?? 0);
    const end = heads.offsets[at + 1] ?? 0;
    const size = heads.sizes[at] ?? 0;
    if (size <= HEAD_BYTES) {
      const isPlain = this.#backslash.within(begin, end) < 0;
      if (isPlain && !this.#probes.every((probe) => probe.canBeTrue(body, begin, end)))
        return false;
      return this.#isTrueOf(body.toString('utf8', begin, end));
    }
    if (size > MOST_JSON_BYTES) {
      this.tooLarge += 1;
      return false;
    }
    const payload = this.#messages.payload(storedHead(run, at, body), Infinity);
    return this.#isTrueOf(bufferOf(payload).toString('utf8'));
  }

  #isTrueOf(text: string): boolean {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      // What is not JSON has no values to compare.
      return false;
    }
    return this.#comparisons.every((comparison) => isTrueOf(comparison, json));
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
