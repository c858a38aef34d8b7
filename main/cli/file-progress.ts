const REFRESH_MS = 250;
const CLEAR_LINE = '\r\u001b[2K';

/** How far an export or import is: a line on a terminal's stderr that is written over, nothing elsewhere. */
export class FileProgress {
  readonly #what: string;
  #shownMs = -Infinity;

  constructor(what: string) {
    this.#what = what;
  }

  /** @param share from 0 to 1; null where it is not known, as of a pipe */
  show(share: number | null, parts: readonly string[]): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.#shownMs < REFRESH_MS) return;
    this.#shownMs = nowMs;
    const percent = share === null ? [] : [`${String(Math.floor(share * 100))} %`];
    const line = [this.#what, ...percent, ...parts].join(' · ');
    process.stderr.write(`${CLEAR_LINE}${line.slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  }
}
