/** URLs of brokers, one on each line; what stands behind one on its line is its name. */
import { parseBrokerUrl, withoutCredentials } from '../profile';
import { NO_TLS_SETTINGS, NOTHING_SAID, type ImportedProfile } from './imported-profile';

const URL_LINE = /^(?:mqtts?|tcp|ssl|tls|wss?):\/\/\S+/iu;

function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

export function isBrokerUrls(text: string): boolean {
  return URL_LINE.test(linesOf(text)[0] ?? '');
}

/** @returns the connections, and in words which lines are none */
export function readBrokerUrls(text: string): {
  readonly profiles: readonly ImportedProfile[];
  readonly problems: readonly string[];
} {
  const profiles: ImportedProfile[] = [];
  const problems: string[] = [];
  for (const line of linesOf(text)) {
    const [url = '', ...words] = line.split(/\s+/u);
    const profile = profileOf(url, words.join(' '));
    if (profile === null)
      problems.push(`“${withoutCredentials(line).slice(0, 200)}” is not a broker's URL.`);
    else profiles.push(profile);
  }
  return { profiles, problems };
}

function profileOf(url: string, name: string): ImportedProfile | null {
  const parsed = parseBrokerUrl(url);
  if (parsed === null) return null;
  const { protocol, host, port, path = null, username = '' } = parsed.fields;
  const isTls = protocol === 'mqtts' || protocol === 'wss';
  return {
    ...NOTHING_SAID,
    ...{ name: name || host, protocol, host, port, path, username },
    password: parsed.password,
    tls: isTls ? NO_TLS_SETTINGS : null,
  };
}
