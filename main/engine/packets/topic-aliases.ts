import type { DecodeOptions, PacketSummary } from '../../../app/mqtt/packet-field';

/** Topics may have 64 KB, and there may be 65,535 aliases: no more than this is remembered of them. */
const MOST_CHARACTERS = 4_000_000;

/** What the topic aliases of one direction of a connection stand for (MQTT 5.0 §3.3.2.3.4). */
export class TopicAliases {
  readonly #topics = new Map<number, string>();
  #characters = 0;

  /** Remembers the topic of a PUBLISH that sets an alias; of one that has the alias alone, says the topic. */
  note({
    topic,
    topicAlias,
  }: Pick<PacketSummary, 'topic' | 'topicAlias'>): DecodeOptions['aliased'] {
    if (topicAlias === null) return undefined;
    if (topic === '') return this.#topics.get(topicAlias) ?? null;
    if (topic !== null) this.#remember(topicAlias, topic);
    return undefined;
  }

  #remember(alias: number, topic: string): void {
    const grows = topic.length - (this.#topics.get(alias)?.length ?? 0);
    if (this.#characters + grows > MOST_CHARACTERS) this.#forget(alias);
    else {
      this.#topics.set(alias, topic);
      this.#characters += grows;
    }
  }

  /** What it stood for before would be wrong now. */
  #forget(alias: number): void {
    this.#characters -= this.#topics.get(alias)?.length ?? 0;
    this.#topics.delete(alias);
  }
}
