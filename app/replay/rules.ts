/** What a replay does to each message before it is sent. Pure: the same message and rules give the same result. */
import type { Direction, QoS } from '../message';
import { decodeUtf8 } from '../payload/utf8';
import type { JsonPath } from '../payload/numbers';
import { topicFilterProblem, topicMatches, topicNameProblem } from '../topic';
import { isJson, valueSpan, withValue } from './json-edit';
import { parseJsonPath } from './json-path';
import { shiftedTimestamp } from './timestamps';
import { mappingProblem, mapTopic, type TopicMapping } from './topic-mapping';

export type { TopicMapping } from './topic-mapping';

/** The value at a path of a JSON payload becomes this one. */
export interface PayloadSetting {
  /** As in `motor.temperature` or `readings[2]`. */
  readonly path: string;
  /** JSON text. */
  readonly json: string;
}

export interface ReplayRules {
  /** The first one that is meant for a topic renames it. */
  readonly mappings: readonly TopicMapping[];
  /** Topic filters; with some, only what matches one of them is sent. Both are about the stored topic. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly qos: 'keep' | QoS;
  readonly retain: 'keep' | 'yes' | 'no';
  readonly settings: readonly PayloadSetting[];
  /** Paths whose timestamps are moved along with the message, so that they say "now"; empty text is the whole payload. */
  readonly shiftTimes: readonly string[];
  /** Topics that begin with `$`: brokers publish these themselves. */
  readonly skipSystem: boolean;
  /** What we published ourselves. */
  readonly skipOwn: boolean;
  /** What an earlier replay sent. */
  readonly skipReplayed: boolean;
}

export const DEFAULT_RULES: ReplayRules = {
  mappings: [],
  include: [],
  exclude: [],
  qos: 'keep',
  retain: 'keep',
  settings: [],
  shiftTimes: [],
  skipSystem: true,
  skipOwn: true,
  skipReplayed: true,
};

/** What of a stored message the rules look at. */
export interface RuledMessage {
  readonly topic: string;
  readonly direction: Direction;
  readonly replayed: boolean;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly payload: Uint8Array;
}

export type SkipReason = 'excluded' | 'system' | 'own' | 'replayed';

export type TopicVerdict =
  | { readonly kind: 'send'; readonly topic: string }
  | { readonly kind: 'skip'; readonly reason: SkipReason }
  | { readonly kind: 'invalid'; readonly topic: string; readonly problem: string };

export interface RuledPayload {
  readonly payload: Uint8Array;
  /** Whether a setting or a shift could not be applied: no JSON, no such path, no timestamp. */
  readonly unapplied: boolean;
}

/** Payloads above this are sent as they are: changing one would hold up all others. */
export const MAX_EDITED_BYTES = 1024 * 1024;

const MAX_KNOWN_TOPICS = 20_000;
const utf8 = new TextEncoder();

/** Rule → what is wrong with it, in words: `mappings.0`, `include.2`, `settings.0`. Empty when all is well. */
export function ruleProblems(rules: ReplayRules): Map<string, string> {
  const problems = new Map<string, string>();
  const note = (key: string, problem: string | null): void => {
    if (problem !== null) problems.set(key, problem);
  };
  rules.mappings.forEach((one, at) => {
    note(`mappings.${String(at)}`, mappingProblem(one));
  });
  rules.include.forEach((one, at) => {
    note(`include.${String(at)}`, topicFilterProblem(one));
  });
  rules.exclude.forEach((one, at) => {
    note(`exclude.${String(at)}`, topicFilterProblem(one));
  });
  rules.settings.forEach((one, at) => {
    note(`settings.${String(at)}`, settingProblem(one));
  });
  rules.shiftTimes.forEach((one, at) => {
    note(`shiftTimes.${String(at)}`, pathProblem(one));
  });
  return problems;
}

function settingProblem({ path, json }: PayloadSetting): string | null {
  if (!isJson(json)) return 'The value must be JSON: 21.5, "text", true, null or {"a":1}.';
  return pathProblem(path);
}

function pathProblem(path: string): string | null {
  if (parseJsonPath(path) !== null) return null;
  return 'Write the path as motor.temperature, readings[2] or ["odd name"]; $ is the whole payload.';
}

/** Rules made ready for many messages. They must have no `ruleProblems`. */
export class Rules {
  readonly #rules: ReplayRules;
  readonly #topics = new Map<string, TopicVerdict>();
  readonly #settings: readonly { readonly path: JsonPath; readonly json: string }[];
  readonly #shifts: readonly JsonPath[];

  constructor(rules: ReplayRules) {
    this.#rules = rules;
    this.#settings = rules.settings.map(({ path, json }) => ({
      path: parseJsonPath(path) ?? [],
      json,
    }));
    this.#shifts = rules.shiftTimes.map((path) => parseJsonPath(path) ?? []);
  }

  /** Whether payloads have timestamps to move; that is done last, when it is known when a message goes. */
  get shiftsTimes(): boolean {
    return this.#shifts.length > 0;
  }

  /** Whether a message is sent, and to which topic. */
  verdict({ topic, direction, replayed }: RuledMessage): TopicVerdict {
    if (direction === 'out' && this.#rules.skipOwn) return { kind: 'skip', reason: 'own' };
    if (replayed && this.#rules.skipReplayed) return { kind: 'skip', reason: 'replayed' };
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const verdict = this.#topicVerdict(topic);
    if (this.#topics.size >= MAX_KNOWN_TOPICS) this.#topics.clear();
    this.#topics.set(topic, verdict);
    return verdict;
  }

  qos(stored: QoS): QoS {
    return this.#rules.qos === 'keep' ? stored : this.#rules.qos;
  }

  retain(stored: boolean): boolean {
    return this.#rules.retain === 'keep' ? stored : this.#rules.retain === 'yes';
  }

  /** The payload with the values that the rules set; timestamps are not moved yet. */
  payload(stored: Uint8Array): RuledPayload {
    if (this.#settings.length === 0) return { payload: stored, unapplied: false };
    return edited(stored, (text) => this.#withSettings(text));
  }

  /** The payload with its timestamps moved. */
  shifted(payload: Uint8Array, offsetUs: number): RuledPayload {
    if (this.#shifts.length === 0) return { payload, unapplied: false };
    return edited(payload, (text) => this.#withShifts(text, offsetUs));
  }

  #topicVerdict(topic: string): TopicVerdict {
    const { include, exclude, skipSystem, mappings } = this.#rules;
    if (skipSystem && topic.startsWith('$')) return { kind: 'skip', reason: 'system' };
    const isIncluded = include.length === 0 || include.some((one) => topicMatches(one, topic));
    if (!isIncluded || exclude.some((one) => topicMatches(one, topic))) {
      return { kind: 'skip', reason: 'excluded' };
    }
    let mapped = topic;
    for (const mapping of mappings) {
      const result = mapTopic(mapping, topic);
      if (result === null) continue;
      mapped = result;
      break;
    }
    const problem = mapped === '' ? 'The topic name would be empty.' : topicNameProblem(mapped);
    return problem === null
      ? { kind: 'send', topic: mapped }
      : { kind: 'invalid', topic: mapped, problem };
  }

  #withSettings(text: string): Edit {
    let result = text;
    let unapplied = false;
    for (const { path, json } of this.#settings) {
      const changed = isJson(result)
        ? withValue(result, path, json)
        : path.length > 0
          ? null
          : json;
      if (changed === null) unapplied = true;
      else result = changed;
    }
    return { text: result, unapplied };
  }

  #withShifts(text: string, offsetUs: number): Edit {
    let result = text;
    let unapplied = false;
    for (const path of this.#shifts) {
      const changed = shiftedAt(result, path, offsetUs);
      if (changed === null) unapplied = true;
      else result = changed;
    }
    return { text: result, unapplied };
  }
}

interface Edit {
  readonly text: string;
  readonly unapplied: boolean;
}

function edited(payload: Uint8Array, edit: (text: string) => Edit): RuledPayload {
  const text = payload.length > MAX_EDITED_BYTES ? null : decodeUtf8(payload);
  if (text === null) return { payload, unapplied: true };
  const result = edit(text);
  return {
    payload: result.text === text ? payload : utf8.encode(result.text),
    unapplied: result.unapplied,
  };
}

function shiftedAt(text: string, path: JsonPath, offsetUs: number): string | null {
  // A whole payload may be a bare timestamp, which is no JSON.
  const span = isJson(text)
    ? valueSpan(text, path)
    : path.length === 0
      ? { from: text.length - text.trimStart().length, to: text.trimEnd().length }
      : null;
  if (span === null) return null;
  const token = text.slice(span.from, span.to);
  const isQuoted = token.startsWith('"') && token.endsWith('"') && token.length > 1;
  const moved = shiftedTimestamp(isQuoted ? token.slice(1, -1) : token, offsetUs);
  if (moved === null) return null;
  const quote = isQuoted ? '"' : '';
  return text.slice(0, span.from) + quote + moved + quote + text.slice(span.to);
}
