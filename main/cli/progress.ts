import type { ConnectionState } from '../../app/connection';
import { addressOf } from '../../app/broker-address';
import { escapeHidden } from '../../app/payload/escape';
import type { Profile } from '../../app/profile';
import type { Recorder } from './recorder';
import { countWords, durationWords, sizeWords } from './quantities';

/** A profile may have a thousand filters. */
const FILTERS_SHOWN = 300;
const REFRESH_MS = 250;
const CLEAR_LINE = '\r\u001b[2K';

/** What happens, on stderr: a line for each change of the connection, and on a terminal one that counts along. */
export class Progress {
  readonly #profile: Profile;
  readonly #startedMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #lastWords = '';
  #lastProblem: string | null = null;
  #told = new Set<string>();

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  follow(recorder: Recorder): void {
    this.#timer = setInterval(() => {
      this.#tellProblem(recorder.status().historyProblem);
      if (process.stderr.isTTY) process.stderr.write(`${CLEAR_LINE}${this.#line(recorder)}`);
    }, REFRESH_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  }

  state(state: ConnectionState): void {
    const words = this.#words(state);
    if (words !== null && words !== this.#lastWords) this.tell(words);
    this.#lastWords = words ?? this.#lastWords;
    if (state.kind !== 'connected') return;
    for (const { filter, granted, reason } of state.subscriptions) {
      if (granted !== null || this.#told.has(filter)) continue;
      this.#told.add(filter);
      this.tell(`${filter} is not recorded: ${reason ?? 'the broker refused it.'}`);
    }
  }

  tell(text: string): void {
    const clear = process.stderr.isTTY ? CLEAR_LINE : '';
    process.stderr.write(`${clear}mqtt-loupe record: ${escapeHidden(text)}\n`);
  }

  #words(state: ConnectionState): string | null {
    const address = addressOf(this.#profile);
    switch (state.kind) {
      case 'connecting':
        return `connecting to ${address} …`;
      case 'connected': {
        // Before the broker answered the subscriptions nothing is recorded yet.
        if (state.subscriptions.length === 0) return null;
        const taken = state.subscriptions.filter(({ granted }) => granted !== null);
        const filters = taken.map(({ filter }) => filter).join(', ');
        return `connected to ${address} with MQTT ${state.version}, recording ${shortened(filters)}`;
      }
      case 'reconnecting':
        return `the connection was lost: ${state.failure.title} Trying again, attempt ${String(state.attempt)} …`;
      default:
        // How it ended is told at the end.
        return null;
    }
  }

  #tellProblem(problem: string | null): void {
    if (problem !== null && problem !== this.#lastProblem) this.tell(problem);
    this.#lastProblem = problem;
  }

  #line(recorder: Recorder): string {
    const { rate, historyBytes, state } = recorder.status();
    const { received, stored, refused } = recorder.counts();
    const parts = [
      durationWords(performance.now() - this.#startedMs),
      ...(state.kind === 'connected' ? [] : [state.kind]),
      `${countWords(Math.round(rate))}/s`,
      `received ${countWords(received)}`,
      `stored ${countWords(stored)}`,
      `refused ${countWords(refused)}`,
      sizeWords(historyBytes),
    ];
    return parts.join(' · ').slice(0, (process.stderr.columns || 80) - 1);
  }
}

function shortened(text: string): string {
  return text.length <= FILTERS_SHOWN ? text : `${text.slice(0, FILTERS_SHOWN)} …`;
}
