import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface ScriptedClient {
  readonly socket: Socket;
  /** 1 for the first connection, 2 for the second… */
  readonly connection: number;
  /** Sends packets, or bytes as they are. */
  readonly send: (...what: (Packet | Buffer)[]) => void;
}

export interface ScriptedBroker {
  readonly port: number;
  /** Packets heard, of all connections. */
  readonly packets: readonly Packet[];
  /** All that was heard, a character for each byte. */
  readonly bytes: () => string;
  /** Waits until a packet of this kind was heard for the given time. */
  readonly heard: (cmd: Packet['cmd'], times?: number) => Promise<Packet>;
  readonly openSockets: () => number;
  /** Closes all connections without a word. */
  readonly dropAll: () => void;
  readonly close: () => Promise<void>;
}

/**
 * A broker that does what a test says, for what no real broker can be made to do: it answers each packet (and `null` when a
 * client has just connected) with what the script sends.
 */
export async function startScriptedBroker(
  version: '3.1.1' | '5',
  script: (packet: Packet | null, client: ScriptedClient) => void,
): Promise<ScriptedBroker> {
  const protocolVersion = version === '5' ? 5 : 4;
  const packets: Packet[] = [];
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let connections = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A client that hangs up is part of many a script.
    socket.on('error', () => socket.destroy());
    const client: ScriptedClient = {
      socket,
      connection: ++connections,
      send: (...what) => {
        const bytes = what.map((each) =>
          Buffer.isBuffer(each) ? each : mqttPacket.generate(each, { protocolVersion }),
        );
        socket.write(Buffer.concat(bytes));
      },
    };
    const parser = mqttPacket.parser({ protocolVersion });
    parser.on('packet', (packet) => {
      packets.push(packet);
      script(packet, client);
      for (const look of [...waiting]) look();
    });
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      parser.parse(chunk);
    });
    // What is no MQTT is a part of many a script, too.
    parser.on('error', () => socket.destroy());
    script(null, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    packets,
    bytes: () => Buffer.concat(chunks).toString('latin1'),
    heard: (cmd, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = packets.filter((packet) => packet.cmd === cmd)[times - 1];
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    openSockets: () => sockets.size,
    dropAll: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** CONNACK: accepted. */
export function connack(overrides: Partial<Extract<Packet, { cmd: 'connack' }>> = {}): Packet {
  return { cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false, ...overrides };
}

/** Answers CONNECT and SUBSCRIBE as a friendly broker does. */
export function friendly(packet: Packet | null, client: ScriptedClient): void {
  if (packet?.cmd === 'connect') client.send(connack());
  if (packet?.cmd === 'subscribe') {
    client.send({
      cmd: 'suback',
      messageId: packet.messageId ?? 0,
      granted: packet.subscriptions.map(({ qos }) => qos),
    });
  }
}
