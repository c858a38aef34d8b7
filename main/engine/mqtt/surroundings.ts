import { environmentProxy } from './environment-proxy';

/** What of the computer a connection uses besides the network. */
export interface Surroundings {
  /** The data folder, with copies of certificates and logs of keys; null where there is none. */
  readonly home: string | null;
  /** The proxies that the system is set to for a URL, as Chromium writes them: `PROXY host:3128; DIRECT`. */
  readonly systemProxy: (url: string) => Promise<string>;
}

/** Those of a program without a window: the environment names the proxies. */
export function plainSurroundings(home: string | null = null): Surroundings {
  return { home, systemProxy: (url) => Promise.resolve(environmentProxy(url, process.env)) };
}
