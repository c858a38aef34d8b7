/** Ctrl+C, a service manager's stop, a closed terminal: all mean to end in order. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/** As shells count a program that a signal ended: 128 and the signal's number. */
const KILLED_BY_SIGINT = 130;

/** The first signal to end. A second one ends the program at once, should the orderly end take too long. */
export function nextSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let isEnding = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isEnding) process.exit(KILLED_BY_SIGINT);
        isEnding = true;
        resolve(signal);
      });
    }
  });
}
