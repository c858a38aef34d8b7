import type { MqttClient } from 'mqtt';

type Answer = MqttClient['queue'][number];

/** Lets go of an answer instead of keeping it. */
class NoAnswers extends Array<Answer> {
  override push(...answers: Answer[]): number {
    for (const { cb } of answers) cb?.();
    return 0;
  }
}

/**
 * To be called when the connection has closed. The answer to a message that is done with later has nowhere to go: mqtt.js
 * would keep it for a reconnect that never comes, and with it everything that had arrived behind the message.
 */
export function dropLateAnswers(client: MqttClient): void {
  const kept = client.queue;
  client.queue = new NoAnswers();
  client.queue.push(...kept);
}
