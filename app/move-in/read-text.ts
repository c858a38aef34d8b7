import { LoupeError } from '../errors';
import { isBrokerUrls, readBrokerUrls } from './broker-urls';
import { environmentOf, isEnvironment, readEnvironment } from './environment';
import type { ImportedProfile } from './imported-profile';
import { isMosquittoOptions, readMosquittoOptions } from './mosquitto-options';
import { isMqttExplorer, readMqttExplorer } from './mqtt-explorer';
import { isMqttx, readMqttx } from './mqttx';
import type { Program } from './usual-places';

/** More than anybody has: a list beyond it is not one of connections. */
export const MOST_IMPORTED = 5_000;

export interface Imported {
  /** Null for a list of URLs. */
  readonly program: Program | null;
  readonly profiles: readonly ImportedProfile[];
  /** What of it could not be read, in words. */
  readonly problems: readonly string[];
}

/**
 * The connections in a text of a format that is known by its content.
 * @throws LoupeError `file-unreadable`
 */
export function readConnections(text: string): Imported {
  const imported = read(text.replace(/^\uFEFF/u, ''));
  const { profiles } = imported;
  if (profiles.length === 0 && imported.problems.length === 0)
    throw unreadable('there is no connection in it');
  if (profiles.length <= MOST_IMPORTED) return imported;
  return {
    ...imported,
    profiles: profiles.slice(0, MOST_IMPORTED),
    problems: [
      ...imported.problems,
      `Only the first ${String(MOST_IMPORTED)} of ${String(profiles.length)} connections are shown.`,
    ],
  };
}

function read(text: string): Imported {
  if (text.trim() === '') throw unreadable('it is empty');
  if (/^\s*[{[]/u.test(text)) return fromJson(parse(text));
  if (isBrokerUrls(text)) return { program: null, ...readBrokerUrls(text) };
  if (isEnvironment(text)) {
    return { program: 'mqttui', profiles: readEnvironment(environmentOf(text)), problems: [] };
  }
  if (isMosquittoOptions(text)) {
    return { program: 'mosquitto', profiles: readMosquittoOptions(text), problems: [] };
  }
  throw unreadable('it is of no format that is known here');
}

function fromJson(json: unknown): Imported {
  if (isMqttExplorer(json)) {
    return { program: 'MQTT Explorer', profiles: readMqttExplorer(json), problems: [] };
  }
  if (isMqttx(json)) return { program: 'MQTTX', profiles: readMqttx(json), problems: [] };
  throw unreadable('it is JSON, but not of MQTT Explorer, MQTTX or MQTT Loupe');
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw unreadable('it begins as JSON does, but is damaged or cut off');
  }
}

export function unreadable(why: string): LoupeError {
  return new LoupeError(
    'file-unreadable',
    `No connections could be read: ${why}. Known are settings.json of MQTT Explorer, MQTTX’s JSON export and MQTTX.db, options of mosquitto_sub, MQTTUI_ variables, URLs (one on each line) and files of MQTT Loupe.`,
  );
}
