// Development: the renderer with hot reload, the Node programs rebuilt and Electron restarted on change.
// Usage: npm run dev [-- arguments of the app]
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkSources, forgetBuild } from './bundle.mjs';
import { nodeEntries } from './entries.mjs';
import { callerDir, distDir, root } from './paths.mjs';
import { preparePackages } from './pinned-node.mjs';
import { main, note, passed, SetupError } from './report.mjs';
import { setUp } from './setup.mjs';
import { hasDisplay } from './display.mjs';
import { sandboxSwitches } from './sandbox.mjs';

/** Several programs are often rebuilt by one change; Electron is restarted once they are all there. */
const quietMs = 150;

async function serveRenderer() {
  const { createServer } = await import('vite');
  const { rendererConfig } = await import('./vite.renderer.mjs');
  const server = await createServer({
    ...rendererConfig({ mode: 'development' }),
    cacheDir: join(root, 'node_modules', '.cache', 'vite-renderer'),
    server: { host: 'localhost', port: 5173, fs: { allow: [root] } },
  });
  await server.listen();
  passed(`renderer with hot reload at ${server.resolvedUrls.local[0]}`);
  return server;
}

/** Calls `onBuilt` when all programs are built, and again after each change. */
async function watchNodePrograms(onBuilt) {
  const { build } = await import('vite');
  const { nodeConfig } = await import('./vite.node.mjs');
  for (const folder of ['main', 'engine']) {
    await rm(join(distDir, folder), { recursive: true, force: true });
  }
  const unbuilt = new Set(nodeEntries);
  let timer;
  const watchers = [];
  for (const entry of nodeEntries) {
    const watcher = await build(nodeConfig(entry, { watch: true, mode: 'development' }));
    watcher.on('event', (event) => {
      if (event.code === 'ERROR') note(`${entry.source}: ${event.error.message}`);
      if (event.code !== 'END') return;
      unbuilt.delete(entry);
      clearTimeout(timer);
      if (unbuilt.size === 0) timer = setTimeout(onBuilt, quietMs);
    });
    watchers.push(watcher);
  }
  return watchers;
}

/** The running app; a restart waits for the old one, whose data folder the new one uses. */
class Electron {
  #runtime;
  #url;
  #child;
  #resolveClosed;
  /** Resolves when a person closed the app. */
  closed = new Promise((resolve) => (this.#resolveClosed = resolve));

  constructor(runtime, url) {
    this.#runtime = runtime;
    this.#url = url;
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => this.#child?.kill());
  }

  restart() {
    if (!this.#child) {
      this.#start();
      return;
    }
    note('restarting Electron');
    const old = this.#child;
    old.removeAllListeners('close');
    old.once('close', () => this.#start());
    old.kill();
  }

  #start() {
    const args = [...sandboxSwitches(this.#runtime), root, ...process.argv.slice(2)];
    const env = { ...process.env, ...this.#runtime.env, MQTT_LOUPE_DEV_URL: this.#url };
    delete env.ELECTRON_RUN_AS_NODE;
    const options = { cwd: callerDir, env, stdio: 'inherit' };
    this.#child = spawn(this.#runtime.electronPath, args, options);
    this.#child.once('close', () => this.#resolveClosed());
  }
}

await main(async () => {
  const code = await preparePackages(import.meta.filename);
  if (code !== undefined) return code;
  if (!hasDisplay()) throw new SetupError('There is no display here for a window to develop in.');
  const { runtime } = await setUp({ build: false });
  checkSources();
  await forgetBuild();
  const server = await serveRenderer();
  const watchers = [];
  try {
    const electron = new Electron(runtime, server.resolvedUrls.local[0]);
    watchers.push(...(await watchNodePrograms(() => electron.restart())));
    await electron.closed;
  } finally {
    for (const watcher of watchers) await watcher.close();
    await server.close();
  }
  return 0;
});
