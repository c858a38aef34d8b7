/** What a history holds, asked through the command line alone: nothing here knows how it is stored. */
import type { CommandLine } from './cli';

/** A line of `mqtt-loupe query --format ndjson`. */
export interface StoredLine {
  readonly id: number;
  readonly time: string;
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly packetId?: number;
  readonly session: number;
  readonly size: number;
  readonly encoding: 'utf8' | 'base64';
  readonly payload: string;
}

export interface StoredSession {
  readonly key: number;
  readonly started: string;
  readonly ended: string | null;
  readonly last: string | null;
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly gapKinds: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly rate: number;
}

export interface StoredInfo {
  readonly messages: number;
  readonly topics: number;
  readonly profiles: ReadonlyArray<{
    readonly id: string;
    readonly received: number;
    readonly stored: number;
    readonly refused: number;
    readonly pruned: number;
  }>;
  readonly sessions: readonly StoredSession[];
}

/** The last line of `mqtt-loupe record --json`. */
export interface RecordedSummary {
  readonly end: string;
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly pruned: number;
  readonly gaps: number;
  readonly seconds: number;
  readonly rate: number;
}

/** Runs a command that must succeed; returns what it printed. */
async function printed(cli: CommandLine, args: readonly string[]): Promise<string> {
  const { code, out, err } = await cli.run(args);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}: ${err}${out}`);
  return out;
}

export async function infoOf(cli: CommandLine, file: string): Promise<StoredInfo> {
  return JSON.parse(await printed(cli, ['info', '--db', file, '--json'])) as StoredInfo;
}

/** In the order of arrival, unless the arguments say otherwise. */
export async function messagesOf(
  cli: CommandLine,
  file: string,
  args: readonly string[] = [],
): Promise<StoredLine[]> {
  const out = await printed(cli, ['query', '--db', file, '--format', 'ndjson', ...args]);
  return linesOf(out).map((line) => JSON.parse(line) as StoredLine);
}

/** What `mqtt-loupe check` finds wrong; empty for a sound file. */
export async function problemsOf(cli: CommandLine, file: string): Promise<readonly string[]> {
  const { out, err } = await cli.run(['check', '--db', file, '--json']);
  if (out === '') throw new Error(`check said nothing but: ${err}`);
  return (JSON.parse(out) as { readonly problems: readonly string[] }).problems;
}

export function summaryOf(result: { readonly out: string }): RecordedSummary {
  return JSON.parse(linesOf(result.out).at(-1) ?? '') as RecordedSummary;
}

export function payloadOf({ encoding, payload }: StoredLine): Buffer {
  return Buffer.from(payload, encoding);
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.trimEnd().split('\n');
}
