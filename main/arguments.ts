import { isBrokerLink } from './links';

/** What the person asked for on the command line. */
export interface StartArguments {
  readonly demo: boolean;
  readonly connect: string | null;
  readonly profile: string | null;
  readonly screenshot: string | null;
  /** Recorded histories to open, as they were written. */
  readonly files: readonly string[];
  /** Links to brokers: they may come from a web page, so they are asked about. */
  readonly links: readonly string[];
}

const NOTHING_ASKED: StartArguments = {
  demo: false,
  connect: null,
  profile: null,
  screenshot: null,
  files: [],
  links: [],
};

const WITH_VALUE = new Set(['--connect', '--profile', '--screenshot']);

/**
 * Reads our own arguments out of a command line and leaves Chromium's alone; both `--connect URL` and `--connect=URL`.
 * What is no option is a file.
 * Throws with a text for the person when a value is missing.
 */
export function readArguments(argv: readonly string[]): StartArguments {
  const values = new Map<string, string>();
  const files: string[] = [];
  const links: string[] = [];
  let demo = false;
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const equals = argument.indexOf('=');
    const name = equals < 0 ? argument : argument.slice(0, equals);
    if (name === '--demo') demo = true;
    if (isBrokerLink(argument)) links.push(argument);
    else if (!argument.startsWith('-') && argument !== '') files.push(argument);
    if (!WITH_VALUE.has(name)) continue;
    const value = equals < 0 ? argv[++index] : argument.slice(equals + 1);
    if (value === undefined || value === '' || value.startsWith('--')) {
      throw new Error(`${name} needs a value: ${usage(name)}`);
    }
    values.set(name, value);
  }
  // Who opens a link decides about nothing else: a page must not smuggle an option in.
  if (links.length > 0) return { ...NOTHING_ASKED, links };
  return {
    demo,
    connect: values.get('--connect') ?? null,
    profile: values.get('--profile') ?? null,
    screenshot: values.get('--screenshot') ?? null,
    files,
    links,
  };
}

function usage(name: string): string {
  if (name === '--connect') return '--connect mqtt://user@host:1883';
  if (name === '--profile') return '--profile "Name of a saved connection"';
  return '--screenshot picture.png';
}
