/** Sound control packets of all types, as mqtt-packet writes them, the same for the same seed. */
import mqttPacket from 'mqtt-packet';
import type { Packet, UserProperties } from 'mqtt-packet';
import type { MqttVersion } from '../../app/profile';
import { randomFrom } from './random';

export interface RandomPacket {
  readonly packet: Packet;
  readonly bytes: Buffer;
  readonly version: MqttVersion;
  readonly isFromServer: boolean;
}

export const PROTOCOL_VERSIONS = new Map<MqttVersion, number>([
  ['3.1', 3],
  ['3.1.1', 4],
  ['5', 5],
]);

const TYPES = [
  ...['connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe'],
  ...['suback', 'unsubscribe', 'unsuback', 'pingreq', 'pingresp', 'disconnect', 'auth'],
] as const;

/** `count` packets of a version, one type after the other. */
export function* randomPackets(
  seed: number,
  version: MqttVersion,
  count: number,
): Generator<RandomPacket> {
  const random = randomFrom(seed);
  const types = version === '5' ? TYPES : TYPES.slice(0, -1);
  for (let index = 0; index < count; index++) {
    const type = types[index % types.length] ?? 'pingreq';
    const packet = new PacketMaker(random, version).make(type);
    const bytes = mqttPacket.generate(packet, {
      protocolVersion: PROTOCOL_VERSIONS.get(version) ?? 4,
    });
    yield { packet, bytes, version, isFromServer: isFromServer(type, random, version) };
  }
}

function isFromServer(type: string, random: () => number, version: MqttVersion): boolean {
  if (['connack', 'suback', 'unsuback', 'pingresp'].includes(type)) return true;
  if (['connect', 'subscribe', 'unsubscribe', 'pingreq'].includes(type)) return false;
  return type === 'disconnect' && version !== '5' ? false : random() < 0.5;
}

class PacketMaker {
  constructor(
    private readonly random: () => number,
    private readonly version: MqttVersion,
  ) {}

  make(type: string): Packet {
    return { cmd: type, ...this.contents(type) } as unknown as Packet;
  }

  private contents(type: string): object {
    switch (type) {
      case 'connect':
        return this.connect();
      case 'connack':
        return this.connack();
      case 'publish':
        return this.publish();
      case 'subscribe':
        return {
          messageId: this.id(),
          subscriptions: this.many(() => this.subscription()),
          ...this.properties({ subscriptionIdentifier: 1 + this.below(200_000) }),
        };
      case 'unsubscribe':
        return {
          messageId: this.id(),
          unsubscriptions: this.many(() => this.text()),
          ...this.properties({}),
        };
      case 'suback':
        return {
          messageId: this.id(),
          granted: this.many(() => this.one([0, 1, 2, 0x80])),
          ...this.reasons(),
        };
      case 'unsuback':
        return {
          messageId: this.id(),
          granted: this.many(() => this.one([0, 0x11, 0x87])),
          ...this.reasons(),
        };
      case 'pingreq':
      case 'pingresp':
        return {};
      case 'disconnect':
        return { reasonCode: this.one([0, 4, 0x8b, 0x8e]), ...this.reasons() };
      case 'auth':
        return {
          reasonCode: this.one([0, 0x18, 0x19]),
          ...this.properties({ authenticationMethod: 'SCRAM', authenticationData: this.bytes(30) }),
        };
      default:
        return {
          messageId: this.id(),
          reasonCode:
            type === 'pubrel' || type === 'pubcomp'
              ? this.one([0, 0x92])
              : this.one([0, 0x10, 0x87]),
          ...this.reasons(),
        };
    }
  }

  private connect(): object {
    const hasUser = this.random() < 0.6;
    const will = {
      topic: this.text(),
      payload: this.bytes(60),
      qos: this.below(3),
      retain: this.random() < 0.5,
      ...this.properties({ willDelayInterval: this.below(9), contentType: this.text() }),
    };
    return {
      protocolId: this.version === '3.1' ? 'MQIsdp' : 'MQTT',
      protocolVersion: PROTOCOL_VERSIONS.get(this.version),
      clientId: this.text(),
      clean: this.random() < 0.9,
      keepalive: this.below(65_536),
      ...(hasUser ? { username: this.text(), password: this.bytes(40) } : {}),
      ...(this.random() < 0.5 ? { will } : {}),
      ...this.properties({
        sessionExpiryInterval: this.below(4_294_967_296),
        receiveMaximum: 1 + this.below(65_535),
        maximumPacketSize: 1 + this.below(1_000_000),
        topicAliasMaximum: this.below(65_536),
        requestResponseInformation: true,
        requestProblemInformation: this.random() < 0.5,
        authenticationMethod: 'SCRAM',
        authenticationData: this.bytes(30),
      }),
    };
  }

  private connack(): object {
    const isRefused = this.random() < 0.3;
    return {
      sessionPresent: !isRefused && this.random() < 0.5,
      ...(this.version === '5'
        ? { reasonCode: isRefused ? this.one([0x80, 0x86, 0x87]) : 0 }
        : { returnCode: isRefused ? 1 + this.below(5) : 0 }),
      ...this.properties({
        assignedClientIdentifier: this.text(),
        serverKeepAlive: this.below(65_536),
        maximumQoS: 1,
        retainAvailable: this.random() < 0.5,
        reasonString: this.text(),
        responseInformation: this.text(),
        serverReference: this.text(),
        wildcardSubscriptionAvailable: true,
        subscriptionIdentifiersAvailable: false,
        sharedSubscriptionAvailable: true,
      }),
    };
  }

  private publish(): object {
    const qos = this.below(3);
    return {
      topic: this.text(),
      payload: this.bytes(this.random() < 0.1 ? 20_000 : 90),
      qos,
      retain: this.random() < 0.5,
      dup: qos > 0 && this.random() < 0.3,
      ...(qos > 0 ? { messageId: this.id() } : {}),
      ...this.properties({
        payloadFormatIndicator: true,
        messageExpiryInterval: this.below(4_294_967_296),
        topicAlias: 1 + this.below(65_535),
        responseTopic: this.text(),
        correlationData: this.bytes(20),
        subscriptionIdentifier: [1, 1 + this.below(268_435_455)],
        contentType: this.text(),
      }),
    };
  }

  private subscription(): object {
    const qos = this.below(3);
    const five = { nl: this.random() < 0.5, rap: this.random() < 0.5, rh: this.below(3) };
    return { topic: this.text(), qos, ...(this.version === '5' ? five : {}) };
  }

  /** Some of the properties, and user properties. */
  private properties(all: object): object {
    if (this.version !== '5' || this.random() < 0.2) return {};
    const some = Object.entries(all).filter(() => this.random() < 0.6);
    const userProperties: UserProperties = { a: ['1', this.text()], [this.text()]: '' };
    return {
      properties: {
        ...Object.fromEntries(some),
        ...(this.random() < 0.5 ? { userProperties } : {}),
      },
    };
  }

  private reasons(): object {
    return this.properties({ reasonString: this.text() });
  }

  private many<T>(make: () => T): T[] {
    return Array.from({ length: 1 + this.below(4) }, make);
  }

  private one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  private id(): number {
    return 1 + this.below(65_535);
  }

  private text(): string {
    return this.one(['plant/line1/state', 'a', 'größe/温度/🌡', '$SYS/x', 'x'.repeat(300)]);
  }

  private bytes(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(most + 1) }, () => this.below(256)));
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}
