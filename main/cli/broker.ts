import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { LoupeError, messageOf } from '../../app/errors';
import {
  brokerUrl,
  defaultProfileFields,
  MAX_NAME_LENGTH,
  parseBrokerUrl,
  profileProblems,
  profileSchema,
  withoutCredentials,
  type MqttVersion,
  type Profile,
} from '../../app/profile';
import type { AskSecret } from '../../app/secret';
import { plainSurroundings, type Surroundings } from '../engine/mqtt/surroundings';
import type { QoS } from '../../app/message';
import { readAuthorities } from './certificate-file';
import { withNetwork, type NetworkValues } from './network-options';
import { usageError } from './options';
import { promptForPassword } from './password-prompt';
import { dataFolder } from './places';

export interface BrokerChoice {
  readonly url: string | undefined;
  readonly profile: string | undefined;
  readonly filters: readonly string[];
  readonly qos: QoS | undefined;
  readonly version: MqttVersion | undefined;
  /** The largest packet that is taken, in MB. */
  readonly maxPacketMegabytes: number | undefined;
  /** A file of certificates of authorities. */
  readonly ca: string | undefined;
  /** See `networkOptions`. */
  readonly network: NetworkValues;
}

export interface Broker {
  readonly profile: Profile;
  readonly password: string | undefined;
  readonly secret: AskSecret;
  readonly surroundings: Surroundings;
  /** Certificates (PEM) of authorities that are trusted besides those of the system. */
  readonly authorities: readonly string[];
}

/** The broker that `--url` or `--profile` names, and the password for it. Throws `invalid-argument`. */
export async function chooseBroker(choice: BrokerChoice): Promise<Broker> {
  const { url, profile } = choice;
  if (url !== undefined && profile !== undefined) {
    throw usageError('--url and --profile both name a broker: give one of them.');
  }
  if (url !== undefined) return await brokerOfUrl(url, choice);
  if (profile !== undefined) return await brokerOfProfile(profile, choice);
  throw usageError('Which broker? Give --url mqtt://HOST or --profile NAME.');
}

async function brokerOfUrl(url: string, choice: BrokerChoice): Promise<Broker> {
  const parsed = parseBrokerUrl(url);
  const shown = withoutCredentials(url);
  if (!parsed) {
    throw usageError(
      `“${shown}” is not a broker's URL. Write mqtt://host:1883, mqtts://host, ws://host/mqtt, wss://host/mqtt or unix:///path/of/a/socket; ` +
        'in a username or password write / as %2F, ? as %3F and # as %23.',
    );
  }
  const fields = { ...defaultProfileFields(), ...parsed.fields };
  const profile = withChoices(
    {
      ...fields,
      subscriptions: [{ filter: '#', qos: 0 }],
      id: idOfUrl(fields),
      name: `${fields.host}:${String(fields.port)}`.slice(0, MAX_NAME_LENGTH),
    },
    choice,
  );
  const [problem] = profileProblems(profile).values();
  if (problem !== undefined) throw usageError(`“${shown}” cannot be used: ${problem}`);
  return await brokerWith(profile, profile, parsed.password ?? undefined, choice);
}

/** The same broker and user are the same profile in every recording. */
function idOfUrl(fields: Omit<Profile, 'id'>): string {
  const text = `${fields.username}@${brokerUrl(fields)}`;
  return `url-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

async function brokerOfProfile(name: string, choice: BrokerChoice): Promise<Broker> {
  const profiles = savedProfiles();
  const saved =
    profiles.find((one) => one.name === name) ?? profiles.find((one) => one.id === name);
  if (!saved) {
    const names = profiles.map((one) => `“${one.name}”`);
    const known = names.length === 0 ? 'none is saved' : `saved are ${names.join(', ')}`;
    throw usageError(
      `There is no profile “${name}” in ${dataFolder()}: ${known}. MQTT_LOUPE_HOME names another data folder.`,
    );
  }
  const profile = withChoices(saved, choice);
  if (profile.subscriptions.length === 0) {
    throw usageError(`The profile “${name}” subscribes to nothing: say what with --topic FILTER.`);
  }
  return await brokerWith(profile, saved, undefined, choice);
}

async function brokerWith(
  plain: Profile,
  user: Profile,
  given: string | undefined,
  choice: BrokerChoice,
): Promise<Broker> {
  const { profile, secrets } = withNetwork(plain, choice.network);
  const authorities = authoritiesFor(profile, choice.ca);
  const password = await passwordFor(user, given);
  return {
    ...{ profile, authorities, password },
    secret: (name) => Promise.resolve(name === 'password' ? password : secrets.get(name)),
    surroundings: plainSurroundings(dataFolder()),
  };
}

function authoritiesFor({ protocol }: Profile, file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  if (protocol === 'mqtts' || protocol === 'wss') return readAuthorities('--ca', file);
  throw usageError(`--ca is for mqtts and wss: this connection (${protocol}) has no certificates.`);
}

/** Only read: the window may be using the file. */
function savedProfiles(): readonly Profile[] {
  const file = join(dataFolder(), 'profiles.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new LoupeError('internal', `The profiles cannot be read: ${messageOf(error)}`);
  }
  try {
    return v.parse(v.object({ profiles: v.array(profileSchema) }), JSON.parse(text)).profiles;
  } catch (error) {
    throw new LoupeError(
      'internal',
      `The profiles in ${file} cannot be understood: ${messageOf(error)}`,
    );
  }
}

function withChoices(
  profile: Profile,
  { filters, qos, version, maxPacketMegabytes }: BrokerChoice,
): Profile {
  const wanted =
    filters.length === 0
      ? profile.subscriptions
      : filters.map((filter) => ({ filter, qos: qos ?? 0 }));
  const subscriptions = qos === undefined ? wanted : wanted.map(({ filter }) => ({ filter, qos }));
  return {
    ...profile,
    subscriptions,
    version: version ?? profile.version,
    maximumPacketMegabytes: maxPacketMegabytes ?? profile.maximumPacketMegabytes,
  };
}

async function passwordFor(
  profile: Profile,
  given: string | undefined,
): Promise<string | undefined> {
  const known = given ?? process.env['MQTT_LOUPE_PASSWORD'];
  if (known !== undefined || profile.username === '') return known;
  return await promptForPassword(profile.username);
}
