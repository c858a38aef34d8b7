import { Buffer } from 'node:buffer';
import type { IConnackPacket, MqttClient } from 'mqtt';
import { messageOf } from '../../../app/errors';
import type { RawFailure } from '../../../app/raw-failure';
import type { Credentials } from '../sign-in/sign-in';
import { authPacket } from './auth-packet';

/** Reason codes of AUTH (MQTT 5.0 §3.15.2.1). */
const CONTINUE_AUTHENTICATION = 0x18;
const RE_AUTHENTICATE = 0x19;

type AuthPacket = Parameters<MqttClient['handleAuth']>[0];

/** Our side of enhanced authentication (MQTT 5.0 §4.12) over one connection, with the credentials that it uses. */
export class SignInExchange {
  #credentials: Credentials | null = null;
  #isAgain = false;

  /** Whether a sign-in over the open connection waits for its end. */
  get isAgain(): boolean {
    return this.#isAgain;
  }

  /** When the credentials end, wall clock in ms; null when they don't. */
  get expiresAtMs(): number | null {
    return this.#credentials?.expiresAtMs ?? null;
  }

  begin(credentials: Credentials): void {
    this.#credentials = credentials;
  }

  /** What is sent back for an AUTH of the server; undefined when it says that all is well. Rejects with words. */
  async answer(packet: AuthPacket): Promise<AuthPacket | undefined> {
    const enhanced = this.#credentials?.enhanced ?? null;
    if (enhanced === null) throw new Error('the server asks for a proof that was not offered');
    const data = packet.properties?.authenticationData;
    if (packet.reasonCode !== CONTINUE_AUTHENTICATION) {
      enhanced.verify(data);
      this.#isAgain = false;
      return undefined;
    }
    return {
      cmd: 'auth',
      reasonCode: CONTINUE_AUTHENTICATION,
      properties: {
        authenticationMethod: enhanced.method,
        authenticationData: await enhanced.answer(data ?? Buffer.alloc(0)),
      },
    };
  }

  /** Why a server that lets us in is not believed; null when it is, or has nothing to prove. */
  problemOf(connack: IConnackPacket): RawFailure | null {
    try {
      this.#credentials?.enhanced?.verify(connack.properties?.authenticationData);
      return null;
    } catch (error) {
      return { kind: 'sign-in-exchange', message: messageOf(error) };
    }
  }

  /** The AUTH that begins a new sign-in over the open connection (§4.12.1); null when there is no enhanced authentication. */
  again(credentials: Credentials): Buffer | null {
    const { enhanced } = credentials;
    if (enhanced === null) return null;
    this.#credentials = credentials;
    this.#isAgain = true;
    return authPacket(RE_AUTHENTICATE, enhanced.method, enhanced.first);
  }
}
