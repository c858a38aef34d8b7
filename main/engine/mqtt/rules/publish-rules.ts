import type { Buffer } from 'node:buffer';
import { isInexactText, topicText } from '../../../../app/topic-bytes';
import { BrokenRule, malformed, protocolError } from './broken-rule';
import type { Exchanges } from './exchanges';
import { readPacketId } from './packet-id';
import { checkProperties, MAX_PROPERTY_BYTES, PUBLISH, readVariable } from './property-rules';

const LENGTH_BYTES = 2;
const ID_BYTES = 2;
const MOST_VARIABLE_BYTES = 4;

/** The topic of a PUBLISH that goes to mqtt.js, which would replace the bytes that are not UTF-8. */
interface ExactTopic {
  readonly publish: number;
  readonly topic: string;
}

/** Everything of a PUBLISH before its payload (MQTT 5.0 §3.3). */
export class PublishRules {
  readonly #isFive: boolean;
  readonly #topicAliasMaximum: number;
  readonly #exchanges: Exchanges;
  readonly #aliases = new Set<number>();
  /** How many went to mqtt.js, and how many came out of it. */
  #checked = 0;
  #read = 0;
  readonly #exactTopics: ExactTopic[] = [];

  constructor(isFive: boolean, topicAliasMaximum: number, exchanges: Exchanges) {
    this.#isFive = isFive;
    this.#topicAliasMaximum = topicAliasMaximum;
    this.#exchanges = exchanges;
  }

  /** See `PacketRules`: the payload may come later. */
  neededBytes(bytes: Buffer, start: number, from: number, end: number): number {
    const idBytes = ((bytes[start] ?? 0) & 6) === 0 ? 0 : ID_BYTES;
    let needed = Math.min(from + LENGTH_BYTES, end);
    if (bytes.length < needed || end < from + LENGTH_BYTES) return needed - start;
    const propertiesFrom = from + LENGTH_BYTES + bytes.readUInt16BE(from) + idBytes;
    needed = Math.min(propertiesFrom, end);
    if (!this.#isFive || needed === end) return needed - start;
    return Math.min(end, propertiesEnd(bytes, propertiesFrom)) - start;
  }

  /** @throws BrokenRule */
  check(bytes: Buffer, start: number, from: number, end: number): void {
    const qos = ((bytes[start] ?? 0) >> 1) & 3;
    if (end < from + LENGTH_BYTES) malformed('§3.3.2.1', 'a PUBLISH that ends before its topic');
    const topicFrom = from + LENGTH_BYTES;
    const topicEnd = topicFrom + bytes.readUInt16BE(from);
    if (topicEnd > end) malformed('§3.3.2.1', 'a PUBLISH whose topic is longer than the packet');
    const id = qos === 0 ? 0 : readPacketId(bytes, PUBLISH, topicEnd, end);
    const isEmpty = topicEnd === topicFrom;
    if (this.#isFive)
      this.#properties(bytes, qos === 0 ? topicEnd : topicEnd + ID_BYTES, end, isEmpty);
    else if (isEmpty) malformed('MQTT-4.7.3-1', 'a PUBLISH with an empty topic');
    if (qos > 0) this.#exchanges.published(id);
    this.#note(bytes, topicFrom, topicEnd);
  }

  /** To be called with every PUBLISH that mqtt.js has read, in their order: the exact topic, where mqtt.js can't have it. */
  exactTopic(): string | null {
    this.#read += 1;
    if (this.#exactTopics[0]?.publish !== this.#read) return null;
    return this.#exactTopics.shift()?.topic ?? null;
  }

  #properties(bytes: Buffer, from: number, end: number, isTopicEmpty: boolean): void {
    const { topicAlias } = checkProperties(bytes, from, end, PUBLISH);
    if (topicAlias === null) {
      if (isTopicEmpty)
        protocolError('§3.3.2.1', 'a PUBLISH with an empty topic and no topic alias');
      return;
    }
    if (topicAlias === 0) invalidAlias('MQTT-3.3.2-8', 'a PUBLISH with the topic alias 0');
    if (topicAlias > this.#topicAliasMaximum) {
      const most = String(this.#topicAliasMaximum);
      invalidAlias(
        'MQTT-3.1.2-26',
        `a PUBLISH with the topic alias ${String(topicAlias)}, where at most ${most} is allowed`,
      );
    }
    if (!isTopicEmpty) this.#aliases.add(topicAlias);
    else if (!this.#aliases.has(topicAlias))
      protocolError(
        '§3.3.4',
        `a PUBLISH with the topic alias ${String(topicAlias)}, which stands for no topic`,
      );
  }

  #note(bytes: Buffer, from: number, end: number): void {
    this.#checked += 1;
    if (!isInexactText(bytes.toString('utf8', from, end))) return;
    const topic = topicText(bytes.subarray(from, end));
    this.#exactTopics.push({ publish: this.#checked, topic });
  }
}

/** Where the properties end, or where their length does as long as that is not known. */
function propertiesEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < from + MOST_VARIABLE_BYTES; at += 1) {
    if (at >= bytes.length) return at + 1;
    if ((bytes[at] ?? 0) >= 0x80) continue;
    const { value, end } = readVariable(bytes, from, bytes.length);
    // Too many: they are not waited for, and the check says so.
    return value > MAX_PROPERTY_BYTES ? end : end + value;
  }
  return from + MOST_VARIABLE_BYTES;
}

function invalidAlias(section: string, words: string): never {
  throw new BrokenRule('topic-alias', section, words);
}
