import type { Database } from '../history/driver';
import { RunMessages, storedHead } from '../history/run-messages';
import type { TopicRuns } from '../history/topic-runs';
import { Births, readSparkplug } from '../decoding/sparkplug-payload';
import {
  sparkplugTopic,
  type SparkplugMessage,
  type SparkplugState,
} from '../decoding/sparkplug-state';

/** Births that are kept as they were read. */
const MOST_READ = 500;
const MOST_BIRTH_BYTES = 8 * 1024 * 1024;

export interface BirthsBefore {
  readonly births: Births;
  readonly state: SparkplugState;
}

const NOTHING: BirthsBefore = {
  births: new Births(),
  state: { nodeBirth: null, deviceBirth: null, nodeDeath: null, deviceDeath: null, previous: null },
};

/** The births of an edge node and its device before each of some messages: they name the aliases. */
export class BirthBook {
  readonly #runs: TopicRuns;
  readonly #messages: RunMessages;
  readonly #keyOf: (topic: string) => number;
  readonly #nodeTopic: string;
  readonly #deviceTopic: string | null;
  readonly #read = new Map<string, BirthsBefore>();

  /** Null for a topic that is none of Sparkplug's. */
  static of(
    topic: string,
    database: Database,
    runs: TopicRuns,
    keyOf: (topic: string) => number,
  ): BirthBook | null {
    const place = sparkplugTopic(topic);
    if (!place) return null;
    const { group, node, device } = place;
    const at = (type: string, name: string): string => `spBv1.0/${group}/${type}/${name}`;
    const ofDevice = device === '' ? null : at('DBIRTH', `${node}/${device}`);
    return new BirthBook(database, runs, keyOf, at('NBIRTH', node), ofDevice);
  }

  private constructor(
    database: Database,
    runs: TopicRuns,
    keyOf: (topic: string) => number,
    nodeTopic: string,
    deviceTopic: string | null,
  ) {
    this.#messages = new RunMessages(database);
    this.#runs = runs;
    this.#keyOf = keyOf;
    this.#nodeTopic = nodeTopic;
    this.#deviceTopic = deviceTopic;
  }

  /** For messages with ids from `firstId` to `lastId`, asked for in ascending order; a birth counts for itself. */
  between(firstId: number, lastId: number): (id: number) => BirthsBefore {
    const nodes = this.#births(this.#nodeTopic, firstId, lastId);
    const devices =
      this.#deviceTopic === null ? [] : this.#births(this.#deviceTopic, firstId, lastId);
    if (nodes.length + devices.length === 0) return () => NOTHING;
    return (id) => this.#pair(lastUntil(nodes, id), lastUntil(devices, id));
  }

  /** Those within, and the last one before, oldest first. */
  #births(topic: string, firstId: number, lastId: number): SparkplugMessage[] {
    const key = this.#keyOf(topic);
    const found: SparkplugMessage[] = [];
    if (key === 0) return found;
    for (const { run, from, to } of this.#runs.before(key, lastId + 1)) {
      for (let at = to - 1; at >= from; at--) {
        const stored = storedHead(run, at, run.body);
        const { id, timeUs } = stored;
        const payload = this.#messages.payload(stored, MOST_BIRTH_BYTES);
        found.push({ id, timeUs, topic, payload });
        if (id <= firstId) return found.reverse();
      }
    }
    return found.reverse();
  }

  /** A new birth of the node forgets what the device announced before it. */
  #pair(node: SparkplugMessage | null, device: SparkplugMessage | null): BirthsBefore {
    const current = device !== null && device.id > (node?.id ?? 0) ? device : null;
    const name = `${String(node?.id ?? 0)} ${String(current?.id ?? 0)}`;
    const known = this.#read.get(name);
    if (known) return known;
    const births = new Births();
    for (const one of [node, current]) if (one) addTo(births, one);
    const state = { ...NOTHING.state, nodeBirth: node, deviceBirth: current };
    if (this.#read.size >= MOST_READ) this.#read.clear();
    this.#read.set(name, { births, state });
    return { births, state };
  }
}

function lastUntil(births: readonly SparkplugMessage[], id: number): SparkplugMessage | null {
  return births.findLast((birth) => birth.id <= id) ?? null;
}

/** A birth that can't be read names nothing: aliases stay without names then. */
function addTo(births: Births, { payload }: SparkplugMessage): void {
  try {
    births.add(readSparkplug(payload));
  } catch {
    return;
  }
}
