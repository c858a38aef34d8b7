/** The engine in plain Node, spoken to through its own contract, as a window does. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineViews, ProfileFields } from '../../app/contract';
import { defaultProfileFields, type Profile } from '../../app/profile';
import { EngineClient, type OpenView } from '../../app/rpc/client';
import type { Port, ToEngine, ToRenderer } from '../../app/rpc/wire';
import { EngineCore } from '../../main/engine/engine-core';
import type { EngineOptions } from '../../main/engine/engine-options';
import { PATIENCE_MS } from './patience';

export interface TestEngine {
  readonly core: EngineCore;
  readonly client: EngineClient;
  readonly home: string;
  readonly warnings: readonly string[];
  readonly gone: readonly string[];
  /** Saves a profile that differs from the default in these fields. */
  addProfile(fields: Partial<ProfileFields> & { port: number }): Promise<Profile>;
  /** Waits until a view's frame fits, and returns it. */
  waitFor<K extends keyof EngineViews>(
    view: K,
    params: EngineViews[K]['params'],
    fits: (frame: EngineViews[K]['frame']) => boolean,
  ): Promise<EngineViews[K]['frame']>;
  /** Stops it as the program does at its end; the data folder stays. */
  close(): Promise<void>;
  dispose(): Promise<void>;
}

export interface TestEngineOptions {
  readonly home?: string;
  readonly threads: string;
  readonly demoFile?: string;
  /** The password of every profile. */
  readonly password?: string;
  /** Keeps secrets that come with an import. */
  readonly keepSecret?: EngineOptions['keepSecret'];
  /** How often a recorded history is looked at for more, ms. */
  readonly archiveLookMs?: number;
}

let profileNumber = 0;

export async function openEngine(options: TestEngineOptions): Promise<TestEngine> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'mqtt-loupe-engine-')));
  const warnings: string[] = [];
  const gone: string[] = [];
  const engineOptions: EngineOptions = {
    home,
    secret: (_profileId, name) =>
      Promise.resolve(name === 'password' ? options.password : undefined),
    onConnected: () => undefined,
    onProfileGone: (profileId) => gone.push(profileId),
    warn: (message) => warnings.push(message),
    threads: options.threads,
    ...(options.keepSecret === undefined ? {} : { keepSecret: options.keepSecret }),
    ...(options.demoFile === undefined ? {} : { demoFile: options.demoFile }),
    ...(options.archiveLookMs === undefined ? {} : { archiveLookMs: options.archiveLookMs }),
  };
  const core = new EngineCore(engineOptions);
  const [windowEnd, engineEnd] = portPair<ToEngine, ToRenderer>();
  core.attach(engineEnd);
  const client = new EngineClient({ onNextPaint: (show) => setImmediate(show) });
  client.attach(windowEnd);

  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await core.close();
  };
  return {
    core,
    client,
    home,
    warnings,
    gone,
    addProfile: (fields) =>
      client.calls.saveProfile({
        profile: {
          ...defaultProfileFields(),
          name: `profile ${String((profileNumber += 1))}`,
          host: '127.0.0.1',
          id: `profile-${String(profileNumber)}`,
          ...fields,
        },
      }),
    waitFor: (view, params, fits) => frameThat(client, view, params, fits),
    close,
    dispose: async () => {
      await close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function frameThat<K extends keyof EngineViews>(
  client: EngineClient,
  view: K,
  params: EngineViews[K]['params'],
  fits: (frame: EngineViews[K]['frame']) => boolean,
): Promise<EngineViews[K]['frame']> {
  return new Promise((resolve, reject) => {
    let last: unknown = null;
    let open: OpenView<EngineViews[K]['params']> | null = null;
    const end = (): void => {
      clearTimeout(timer);
      open?.close();
    };
    const timer = setTimeout(() => {
      end();
      reject(
        new Error(
          `No frame of ${view} fitted; the last one was ${JSON.stringify(last)?.slice(0, 2_000)}`,
        ),
      );
    }, PATIENCE_MS);
    open = client.open(
      view,
      params,
      (frame) => {
        last = frame;
        if (!fits(frame)) return;
        end();
        resolve(frame);
      },
      (error) => {
        end();
        reject(error);
      },
    );
  });
}

/** Two ends of a channel within one thread: messages are cloned and come later, as between processes. */
function portPair<A, B>(): [Port<A, B>, Port<B, A>] {
  const { port1, port2 } = new MessageChannel();
  return [portOf<A, B>(port1), portOf<B, A>(port2)];
}

function portOf<Out, In>(port: MessagePort): Port<Out, In> {
  return {
    send: (message) => {
      port.postMessage(message);
    },
    listen: (receive) => {
      port.onmessage = (event) => {
        receive(event.data as In);
      };
      return () => {
        port.onmessage = null;
        port.close();
      };
    },
  };
}
