import type { Arrived } from './types';

/** Topic names by their alias (MQTT 5.0 §3.3.2.3.4), of one connection; at most as many as the profile allows. */
export class TopicAliases {
  readonly #names = new Map<number, string>();

  /** With the topic name that its alias stands for: mqtt.js checks it, and tells it to nobody but its own listeners. */
  named(message: Arrived): Arrived {
    const alias = message.properties?.topicAlias;
    if (alias === undefined) return message;
    if (message.topic !== '') {
      this.#names.set(alias, message.topic);
      return message;
    }
    return { ...message, topic: this.#names.get(alias) ?? '' };
  }
}
