import * as v from 'valibot';
import { userPropertiesSchema, wholeNumber } from './profile-fields';

/** 136 years; a session that expires after so long never does (MQTT 5.0 §3.1.2.11.2). */
export const SESSION_NEVER_EXPIRES = 0xff_ff_ff_ff;

/** Properties of the CONNECT of MQTT 5 (§3.1.2.11); null leaves one to the protocol's default or to us. */
export const connectSettingsSchema = v.object({
  /** Seconds that the broker keeps the session after the connection; null: as long as it makes sense. */
  sessionExpirySeconds: v.nullable(wholeNumber('Session expiry', 0, SESSION_NEVER_EXPIRES)),
  /** QoS 1 and 2 messages that the broker may send before they are acknowledged. */
  receiveMaximum: v.nullable(wholeNumber('Receive maximum', 1, 65_535)),
  /**
   * Whether the broker is told the profile's limit of a packet (Maximum Packet Size): it then drops larger ones without a word, where
   * they are else refused here, named and counted.
   */
  announceMaximumPacket: v.optional(v.boolean(), false),
  /** Topic names that the broker may replace by a number. */
  topicAliasMaximum: v.nullable(wholeNumber('Topic alias maximum', 0, 65_535)),
  /** Whether the broker may say in words why it refuses something. */
  requestProblemInformation: v.boolean(),
  /** Whether the broker is asked where answers to requests may be sent. */
  requestResponseInformation: v.boolean(),
  userProperties: userPropertiesSchema,
  /** A suffix of its own for each window behind a fixed client id, so that two do not throw each other out. */
  clientIdSuffix: v.boolean(),
});

export type ConnectSettings = v.InferOutput<typeof connectSettingsSchema>;

export const DEFAULT_CONNECT_SETTINGS: ConnectSettings = {
  sessionExpirySeconds: null,
  receiveMaximum: null,
  announceMaximumPacket: false,
  topicAliasMaximum: null,
  requestProblemInformation: true,
  requestResponseInformation: false,
  userProperties: [],
  clientIdSuffix: false,
};
