import type { ConnectionFailure, ConnectionState } from '../../app/connection';
import type { LoupeError } from '../../app/errors';
import { defaultProfileFields } from '../../app/profile';
import type { Profile } from '../../app/profile';
import type { SecretName } from '../../app/secret';
import { createConnection } from '../../main/engine/mqtt/mqtt-connection';
import type { Connection, ConnectionOptions } from '../../main/engine/mqtt/types';
import { PATIENCE_MS } from './patience';

export interface HeardMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
}

export interface TestConnection extends Connection {
  /** The profile that it was made with. */
  readonly profile: Profile;
  readonly states: readonly ConnectionState[];
  readonly messages: readonly HeardMessage[];
  readonly refused: readonly string[];
  /** Waits until a condition holds; it is looked at again after everything that is heard. */
  readonly until: (what: string, condition: () => boolean) => Promise<void>;
  /** Waits for a state of this kind; `connected` includes the answers to the subscriptions. */
  readonly reaches: <Kind extends ConnectionState['kind']>(
    kind: Kind,
  ) => Promise<Extract<ConnectionState, { kind: Kind }>>;
  /** Waits until it failed, and says how. */
  readonly fails: () => Promise<ConnectionFailure>;
  readonly payloadsOf: (topic: string) => string[];
}

export interface TestConnectionOptions extends Partial<
  Omit<ConnectionOptions, 'profile' | 'sink' | 'secret'>
> {
  readonly password?: string;
  /** What else is kept for the profile. */
  readonly secrets?: ReadonlyMap<SecretName, string>;
  /** Why no secret can be had. */
  readonly noSecrets?: LoupeError;
  /** Takes over the answer to every message. */
  readonly onMessage?: (message: HeardMessage, done: () => void) => void;
}

/** A connection that remembers what it heard. Without settings it goes to `127.0.0.1` and subscribes to `#`. */
export function testConnection(
  profile: Partial<Profile> & Pick<Profile, 'port'>,
  options: TestConnectionOptions = {},
): TestConnection {
  const states: ConnectionState[] = [];
  const messages: HeardMessage[] = [];
  const refused: string[] = [];
  const waiting = new Set<() => void>();
  const heard = (): void => {
    for (const look of [...waiting]) look();
  };
  const { password, secrets, noSecrets, onMessage, ...rest } = options;
  const whole: Profile = {
    ...defaultProfileFields(),
    id: 'test',
    name: 'Test',
    host: '127.0.0.1',
    subscriptions: [{ filter: '#', qos: 2 }],
    ...profile,
  };
  const connection = createConnection({
    reconnectDelayMs: () => 100,
    ...rest,
    profile: whole,
    secret: (name) =>
      noSecrets
        ? Promise.reject(noSecrets)
        : Promise.resolve(name === 'password' ? password : secrets?.get(name)),
    sink: {
      onMessage: ({ topic, payload, qos, retain, dup }, done) => {
        const message = { topic, payload: Buffer.from(payload), qos, retain, dup };
        messages.push(message);
        if (onMessage === undefined) done();
        else onMessage(message, done);
        heard();
      },
      onState: (state) => {
        states.push(state);
        heard();
      },
      onRefused: (detail) => {
        refused.push(detail);
        heard();
      },
    },
  });
  const until = (what: string, condition: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return;
        waiting.delete(look);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(look);
        const seen = JSON.stringify({
          state: connection.state,
          refused,
          messages: messages.length,
        });
        reject(new Error(`Waited in vain for ${what}: ${seen}`));
      }, PATIENCE_MS);
      waiting.add(look);
      look();
    });
  const reaches = async <Kind extends ConnectionState['kind']>(
    kind: Kind,
  ): Promise<Extract<ConnectionState, { kind: Kind }>> => {
    const wanted = profile.subscriptions?.length ?? 1;
    await until(`state ${kind}`, () => {
      const { state } = connection;
      return (
        state.kind === kind && (state.kind !== 'connected' || state.subscriptions.length === wanted)
      );
    });
    return connection.state as Extract<ConnectionState, { kind: Kind }>;
  };
  return {
    get state() {
      return connection.state;
    },
    get maximumQoS() {
      return connection.maximumQoS;
    },
    get sessionMark() {
      return connection.sessionMark;
    },
    get unsentBytes() {
      return connection.unsentBytes;
    },
    connect: () => {
      connection.connect();
    },
    disconnect: () => connection.disconnect(),
    retryNow: () => {
      connection.retryNow();
    },
    useProfile: (edited) => {
      connection.useProfile(edited);
    },
    askRetained: (topic, arrived) => connection.askRetained(topic, arrived),
    listen: (topic) => connection.listen(topic),
    publish: (message) => connection.publish(message),
    publishBulk: (message, done) => connection.publishBulk(message, done),
    profile: whole,
    states,
    messages,
    refused,
    until,
    reaches,
    fails: async () => (await reaches('failed')).failure,
    payloadsOf: (topic) =>
      messages
        .filter((message) => message.topic === topic)
        .map(({ payload }) => payload.toString()),
  };
}
