import type { DryRun, ReplayPhase, ReplayProgress } from '../../app/contract-replay';
import { formatCount, formatCountOf } from '../../app/payload/format';
import type { SkipReason } from '../../app/replay/rules';
import type { ReplaySpeed } from '../../app/replay/schedule';

/** What the speeds are called; others can be asked for on the command line. */
export const SPEEDS: ReadonlyArray<{
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}> = [
  { value: '0.1', label: '× 0.1' },
  { value: '0.5', label: '× 0.5' },
  { value: '1', label: '× 1', hint: 'real time' },
  { value: '2', label: '× 2' },
  { value: '5', label: '× 5' },
  { value: '10', label: '× 10' },
  { value: '100', label: '× 100' },
  { value: '1000', label: '× 1,000' },
  { value: 'max', label: 'Fastest', hint: 'as the broker takes it' },
];

export function speedOf(value: string): ReplaySpeed {
  return value === 'max' ? 'max' : Number(value);
}

const PHASES: Readonly<Record<ReplayPhase, string>> = {
  playing: 'Playing',
  paused: 'Paused',
  interrupted: 'Waiting for the connection',
  done: 'Done',
  stopped: 'Stopped',
  failed: 'Failed',
};

export function phaseWords(phase: ReplayPhase): string {
  return PHASES[phase];
}

export const SKIP_WORDS: Readonly<Record<SkipReason | 'range', string>> = {
  range: 'outside the marks',
  excluded: 'left out by a filter',
  system: 'broker’s own ($…)',
  own: 'published by MQTT Loupe',
  replayed: 'sent by a replay',
};

/** `1,204 left out by a filter`, one for each reason why messages are not sent. */
export function skippedWords({ skipped }: Pick<DryRun, 'skipped'>): string[] {
  return (Object.keys(SKIP_WORDS) as (keyof typeof SKIP_WORDS)[])
    .filter((reason) => skipped[reason] > 0)
    .map((reason) => `${formatCount(skipped[reason])} ${SKIP_WORDS[reason]}`);
}

/** Why nothing at all would be sent; null when something would. */
export function nothingWords(result: DryRun): string | null {
  const { messages, scanned, invalid } = result;
  if (messages > 0) return null;
  if (scanned === 0) return 'Nothing is stored here that could be sent.';
  const reasons = skippedWords(result);
  if (invalid > 0) reasons.push(`${formatCountOf(invalid, 'topic', 'topics')} that cannot be sent`);
  return `Nothing would be sent: ${reasons.join(', ')}.`;
}

/** How far a replay is, 0 to 1; null when that is not known. */
export function shareOf({ sent, total, phase }: ReplayProgress): number | null {
  if (phase === 'done') return 1;
  return total === null || total === 0 ? null : Math.min(1, sent / total);
}

/** `1,204 of 5,000`, or what is known of it. */
export function sentWords({ sent, total }: ReplayProgress): string {
  return total === null ? formatCount(sent) : `${formatCount(sent)} of ${formatCount(total)}`;
}

/** `1.2 ms`, `340 ms`, `12 s`. */
export function lateWords(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 10_000 ? `${String(Math.round(ms))} ms` : `${String(Math.round(ms / 1_000))} s`;
}

/** `00:12`, `3:04:05`, `2 d 03:04:05`. */
export function durationWords(us: number): string {
  const seconds = Math.round(us / 1e6);
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const clock = days > 0 || hours > 0 ? `${days > 0 ? two(hours) : String(hours)}:${rest}` : rest;
  return days > 0 ? `${String(days)} d ${clock}` : clock;
}
