import type { Aedes, Client, PublishPacket } from 'aedes';

type Done = (error?: Error) => void;
type Publish = (packet: PublishPacket, client: Client | null, done: Done) => void;

/**
 * Keeps messages in the order in which they came. aedes numbers each of them when it comes, stores retained ones and those
 * of QoS 1 and 2 before it sends them on, and takes what comes to a subscriber with a number below the last one for a
 * duplicate: what a plain message overtook meanwhile would be lost without a word.
 */
export function publishInOrder(broker: Aedes): void {
  const publish = broker.publish.bind(broker) as unknown as Publish;
  const waiting: (() => void)[] = [];
  let isHeld = false;

  const start = (packet: PublishPacket, client: Client | null, done: Done): void => {
    if (packet.qos === 0 && !packet.retain) {
      publish(packet, client, done);
      return;
    }
    isHeld = true;
    publish(packet, client, (error) => {
      isHeld = false;
      done(error);
      while (!isHeld && waiting.length > 0) waiting.shift()?.();
    });
  };
  const inOrder = (packet: PublishPacket, client: Client | Done | null, done?: Done): void => {
    const [sender, told] =
      typeof client === 'function' ? [null, client] : [client, done ?? (() => undefined)];
    if (isHeld || waiting.length > 0) {
      waiting.push(() => {
        start(packet, sender, told);
      });
    } else start(packet, sender, told);
  };
  broker.publish = inOrder;
}
