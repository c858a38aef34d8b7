/** The entry of the engine process: the only file that touches `process.parentPort`. */
import { LoupeError, messageOf, toWireError, type WireError } from '../../app/errors';
import type { HostQuestion, ToEngineHost, ToMainHost } from '../../app/host';
import type { ToEngine, ToRenderer } from '../../app/rpc/wire';
import { EngineCore } from './engine-core';
import type { EngineOptions } from './engine-options';
import { environmentProxy, withEnvironment } from './mqtt/environment-proxy';

interface HostPort {
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly WindowPort[] }) => void,
  ): void;
  postMessage(message: unknown): void;
}

/** One end of a `MessageChannelMain`; this file compiles without Electron's types. */
interface WindowPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  off(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
  start(): void;
}

// What is stored is for its owner only, wherever the data folder is.
process.umask(0o077);
// Ctrl+C in a terminal reaches every process of the program. Main then asks the engine to store what it has and to end;
// without main the channel between them breaks, and that ends it too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => undefined);
}

const { parentPort } = process as unknown as { readonly parentPort: HostPort };

function tellMain(message: ToMainHost): void {
  parentPort.postMessage(message);
}

const waitingKeeps = new Map<number, (problem: string | null) => void>();
const waitingSecrets = new Map<
  number,
  (value: string | undefined, problem: WireError | null) => void
>();
const waitingProxies = new Map<number, (value: string) => void>();
let nextSecretId = 1;

const core = openCore({
  home: process.argv[2] ?? '.',
  ...historyLimit(process.env['MQTT_LOUPE_HISTORY_BYTES']),
  secret: (profileId, name) =>
    new Promise((resolve, reject) => {
      const id = nextSecretId++;
      waitingSecrets.set(id, (value, problem) => {
        if (problem === null) resolve(value);
        else reject(LoupeError.fromWire(problem));
      });
      tellMain({ t: 'secret-wanted', id, profileId, name });
    }),
  systemProxy: (url) =>
    new Promise((resolve) => {
      const id = nextSecretId++;
      waitingProxies.set(id, (answer) => {
        resolve(withEnvironment(answer, environmentProxy(url, process.env)));
      });
      tellMain({ t: 'proxy-wanted', id, url });
    }),
  keepSecret: (profileId, name, value) =>
    new Promise((resolve, reject) => {
      const id = nextSecretId++;
      waitingKeeps.set(id, (problem) => {
        if (problem === null) resolve();
        else reject(new LoupeError('secret-unavailable', problem));
      });
      tellMain({ t: 'keep-secret', id, profileId, name, value });
    }),
  onConnected: (profileIds) => {
    tellMain({ t: 'connected', profileIds });
  },
  onReplay: (words) => {
    tellMain({ t: 'replaying', words });
  },
  onProfileGone: (profileId) => {
    tellMain({ t: 'profile-gone', profileId });
  },
  warn: (message) => {
    tellMain({ t: 'warning', message });
  },
});

/** Says why before it ends when the engine cannot work at all. */
function openCore(options: EngineOptions): EngineCore {
  try {
    return new EngineCore(options);
  } catch (error) {
    tellMain({ t: 'fatal', message: messageOf(error) });
    throw error;
  }
}

parentPort.on('message', (event) => {
  const message = event.data as ToEngineHost;
  switch (message.t) {
    case 'window':
      serveWindow(event.ports[0]);
      return;
    case 'connect':
      for (const profileId of message.profileIds) connectAgain(profileId);
      return;
    case 'secret':
      waitingSecrets.get(message.id)?.(message.value ?? undefined, message.problem);
      waitingSecrets.delete(message.id);
      return;
    case 'proxy':
      waitingProxies.get(message.id)?.(message.value);
      waitingProxies.delete(message.id);
      return;
    case 'secret-kept':
      waitingKeeps.get(message.id)?.(message.problem);
      waitingKeeps.delete(message.id);
      return;
    case 'ask':
      answer(message.question).then(
        (value) => {
          tellMain({ t: 'answer', id: message.id, value });
        },
        (error: unknown) => {
          tellMain({ t: 'failed', id: message.id, error: toWireError(error) });
        },
      );
      return;
    case 'stop':
      void core.close().finally(() => {
        tellMain({ t: 'stopped' });
      });
  }
});

/** A limit of the history in bytes that is not a number of at least a megabyte is none. */
function historyLimit(given: string | undefined): { readonly historyBytes?: number } {
  const bytes = Number(given);
  return given !== undefined && bytes >= 1_000_000 ? { historyBytes: bytes } : {};
}

function serveWindow(port: WindowPort | undefined): void {
  if (!port) return;
  const stop = core.attach({
    send: (message: ToRenderer) => {
      port.postMessage(message);
    },
    listen: (receive: (message: ToEngine) => void) => {
      const listener = (event: { readonly data: unknown }): void => {
        receive(event.data as ToEngine);
      };
      port.on('message', listener);
      return () => port.off('message', listener);
    },
  });
  port.on('close', stop);
  port.start();
}

function connectAgain(profileId: string): void {
  core.connect(profileId).catch((error: unknown) => {
    tellMain({
      t: 'warning',
      message: `A connection could not be opened again: ${messageOf(error)}`,
    });
  });
}

async function answer(question: HostQuestion): Promise<unknown> {
  switch (question.kind) {
    case 'open-demo':
      return { profileId: await core.openDemo(), password: null };
    case 'open-url':
      return core.profileOfUrl(question.url);
    case 'open-profile': {
      const profile = core.profiles.find((one) => one.name === question.name);
      if (profile) return { profileId: profile.id, password: null };
      throw new LoupeError('not-found', noSuchProfile(question.name));
    }
    case 'open-history':
      return { profileIds: await core.archives.open(question.path) };
    case 'allow-connections-export':
      core.moveIn.allowExport(question.path);
      return null;
    case 'begin':
      core.begin(question.connects);
      return null;
    case 'look-at-url':
      return core.lookAtUrl(question.url);
    case 'take-url':
      return core.profileOfUrl(question.url, question.once);
    case 'allow-desk-file':
      core.desk.files.allow(question.path);
      return null;
    case 'allow-export':
      core.files.allowExport(question.path);
      return null;
    case 'connect':
      await core.connect(question.profileId);
      return null;
    case 'summary':
      return core.summary();
  }
}

function noSuchProfile(name: string): string {
  const names = core.profiles.all.map((profile) => `“${profile.name}”`);
  const known = names.length === 0 ? 'None is saved yet' : `Saved are ${names.join(', ')}`;
  return `There is no connection named “${name}”. ${known}.`;
}

tellMain({ t: 'ready' });
