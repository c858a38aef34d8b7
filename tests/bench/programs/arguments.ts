/** What the programs of the benchmark tell each other: options on the command line, one JSON object a line back. */
import { parseArgs } from 'node:util';

export interface ProgramOptions {
  readonly port: number;
  readonly qos: 0 | 1;
  /** Messages to wait for. */
  readonly expect: number;
  readonly topics: number;
  /** Bytes of a payload. */
  readonly size: number;
  /** The engine's data folder, or any folder to write to. */
  readonly home: string;
  /** Folder of the bundles of the history's threads. */
  readonly threads: string;
  readonly random: boolean;
  /** Of a replay: a number, or max. */
  readonly speed: string;
  /** Whether what is stored is searched all the while. */
  readonly searching: boolean;
}

/** @throws when an option is unknown or no number where one belongs */
export function programOptions(args: string[]): ProgramOptions {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '0' },
      qos: { type: 'string', default: '0' },
      expect: { type: 'string', default: '0' },
      topics: { type: 'string', default: '1000' },
      size: { type: 'string', default: '100' },
      home: { type: 'string', default: '' },
      threads: { type: 'string', default: '' },
      random: { type: 'boolean', default: false },
      speed: { type: 'string', default: '1' },
      searching: { type: 'boolean', default: false },
    },
  });
  const number = (text: string): number => {
    const value = Number(text);
    if (!Number.isFinite(value)) throw new Error(`“${text}” is no number.`);
    return value;
  };
  return {
    port: number(values.port),
    qos: number(values.qos) === 0 ? 0 : 1,
    expect: number(values.expect),
    topics: number(values.topics),
    size: number(values.size),
    home: values.home,
    threads: values.threads,
    random: values.random,
    speed: values.speed,
    searching: values.searching,
  };
}

/** Tells the benchmark something: one line of JSON. */
export function tell(message: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Wall clock with the resolution of the monotonic one, ms since 1970. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Resolves when the benchmark says that nothing more will come. */
export function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.once('data', () => {
      resolve();
    });
    process.stdin.once('end', resolve);
  });
}

/** Processor time of this process since an earlier reading, ms of user and system together. */
export function cpuMs(before?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
