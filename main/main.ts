/** The entry of the main process: brings up the engine and one window, and takes both down in order. */
import { app, nativeTheme, session, type BrowserWindow } from 'electron';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ShellCalls } from '../app/contract';
import { messageOf } from '../app/errors';
import type { Implementation } from '../app/rpc/derive';
import { registerAppScheme, serveApp } from './app-protocol';
import { readArguments, type StartArguments } from './arguments';
import { EngineProcess } from './engine-process';
import { askBeforeClosing } from './close-guard';
import { confine, createMainWindow, denyPowers } from './main-window';
import { Links } from './links';
import { linksOfSystem, type LinksOfSystem } from './links-of-system';
import { installMenu } from './menu';
import { isOwnPage } from './page-window';
import { PopOuts } from './pop-outs';
import { takeScreenshot, type Summary } from './screenshot';
import { hasKeyring, Secrets } from './secrets';
import { shellCalls } from './shell-calls';
import { serveShell, tellWindow } from './shell-server';
import { NOTHING_WANTED, openWanted, readWanted, type Wanted } from './wanted';
import { Warnings } from './warnings';
import { WindowState } from './window-state';

function main(): void {
  let wanted: StartArguments;
  try {
    wanted = withFiles(readArguments(process.argv.slice(1)));
  } catch (error) {
    console.error(messageOf(error));
    app.exit(2);
    return;
  }
  const home = resolve(
    process.env['MQTT_LOUPE_HOME'] ?? join(app.getPath('appData'), 'mqtt-loupe'),
  );
  mkdirSync(home, { recursive: true, mode: 0o700 });
  app.setPath('userData', home);
  const sessionData = join(home, 'chromium');
  mkdirSync(sessionData, { recursive: true, mode: 0o700 });
  app.setPath('sessionData', sessionData);
  // As root Chromium's sandbox cannot start, and insisting on it would crash every page.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  const { demo, connect, profile, files, links } = wanted;
  // A picture is of this start's own window: the running one is left alone.
  const handedOn: Wanted =
    wanted.screenshot === null ? { demo, connect, profile, files, links } : NOTHING_WANTED;
  if (!app.requestSingleInstanceLock({ ...handedOn })) {
    console.error(alreadyRunning(home, wanted));
    app.exit(wanted.screenshot === null ? 0 : 1);
    return;
  }
  registerAppScheme();
  const openLinks = linksOfSystem(wanted.links);
  run(home, wanted, openLinks).catch((error: unknown) => {
    console.error(`MQTT Loupe could not start: ${messageOf(error)}`);
    app.exit(1);
  });
}

/** Whole paths of the files; started from its folder, the program's own one is named before them. */
function withFiles(wanted: StartArguments): StartArguments {
  const files = wanted.files.map((file) => resolve(file));
  return { ...wanted, files: files.filter((file) => file !== resolve(app.getAppPath())) };
}

function isAsking({ demo, connect, profile, files, links }: StartArguments): boolean {
  return demo || connect !== null || profile !== null || files.length + links.length > 0;
}

function alreadyRunning(home: string, wanted: StartArguments): string {
  const what =
    wanted.screenshot !== null
      ? 'A picture needs a window of its own'
      : isAsking(wanted)
        ? 'Its window comes to the front and opens what you asked for'
        : 'Its window comes to the front';
  return `MQTT Loupe is already running with the data folder ${home}. ${what}. For a second one set MQTT_LOUPE_HOME to another folder.`;
}

async function run(home: string, wanted: StartArguments, openLinks: LinksOfSystem): Promise<void> {
  await app.whenReady();
  let window: BrowserWindow | null = null;
  const warnings = new Warnings();
  const warn = warnings.add;
  const tell = (event: Parameters<typeof tellWindow>[1]): void => {
    if (window && !window.isDestroyed()) tellWindow(window.webContents, event);
  };

  const popOuts = new PopOuts(warn);
  const tellAll = (event: Parameters<typeof tellWindow>[1]): void => {
    tell(event);
    popOuts.tell(event);
  };

  const state = new WindowState(home, warn);
  nativeTheme.themeSource = state.ui.theme;
  const secrets = new Secrets(
    home,
    warn,
    await hasKeyring(),
    () => {
      tell({
        kind: 'secret-storage',
        storage: secrets.storage,
        vaultLocked: secrets.isLocked,
      });
    },
    () => {
      tell({ kind: 'vault-wanted' });
    },
  );
  const engine = new EngineProcess({
    file: join(__dirname, '../engine/engine.cjs'),
    home,
    secret: (profileId, name) => secrets.get(profileId, name),
    systemProxy: (url) => session.defaultSession.resolveProxy(url),
    keepSecret: (profileId, name, value) => secrets.set(profileId, name, value),
    onProfileGone: (profileId) => {
      secrets.forget(profileId);
    },
    onWarning: warn,
    onLost: () => {
      tellAll({ kind: 'engine-lost' });
    },
    onRestarted: () => {
      tell({ kind: 'engine-restarted' });
    },
    onFailed: (message) => {
      tellAll({ kind: 'engine-failed', message });
    },
  });

  denyPowers();
  installMenu({
    openHistory: () => {
      tell({ kind: 'open-history' });
    },
    importConnections: () => {
      tell({ kind: 'import-connections' });
    },
    importMessages: () => {
      tell({ kind: 'import' });
    },
  });
  serveApp(join(__dirname, '../renderer'));
  app.on('web-contents-created', (_event, contents) => {
    confine(contents, warn);
  });
  engine.start();
  engine.ask({ kind: 'begin', connects: wanted.screenshot === null }).catch((error: unknown) => {
    warn(messageOf(error));
  });
  const links = new Links({
    engine,
    secrets,
    onLink: (link) => {
      tell({ kind: 'link', link });
    },
    warn,
  });
  openLinks.serve((url) => void links.receive(url));
  const active = openWanted(engine, secrets, wanted);
  active.catch((error: unknown) => {
    // Who asked for a picture is told in its place.
    if (wanted.screenshot === null) warn(messageOf(error));
  });
  const callsIn = (own: () => BrowserWindow | null): Implementation<ShellCalls> =>
    shellCalls({
      window: own,
      state,
      secrets,
      takeWarnings: () => warnings.take(),
      allowExport: async (path) => {
        await engine.ask({ kind: 'allow-export', path });
      },
      allowDeskFile: async (path) => {
        await engine.ask({ kind: 'allow-desk-file', path });
      },
      allowConnectionsExport: async (path) => {
        await engine.ask({ kind: 'allow-connections-export', path });
      },
      links,
      activeProfile: () => active.catch(() => null),
      popOut: (wantedAlone) => {
        popOuts.open(wantedAlone);
      },
      onTheme: (theme) => {
        nativeTheme.themeSource = theme;
      },
    });
  const mainCalls = callsIn(() => window);
  serveShell({
    callsOf: (contents, url) => {
      if (!isOwnPage(url)) return null;
      if (contents === window?.webContents) return mainCalls;
      return popOuts.callsOf(contents, (own) => callsIn(() => own));
    },
    onReady: (contents) => {
      engine.serve(contents);
      if (contents !== window?.webContents) return;
      // It may have failed before the page could hear of it.
      if (engine.failure !== null) tell({ kind: 'engine-failed', message: engine.failure });
      warnings.listen((message) => {
        tell({ kind: 'warning', message });
      });
    },
  });
  nativeTheme.on('updated', () => {
    tellAll({ kind: 'theme', dark: nativeTheme.shouldUseDarkColors });
  });

  const openWindow = (): void => {
    window = createMainWindow(state, warn);
    askBeforeClosing(window, () => engine.replaying);
    window.once('closed', () => {
      window = null;
      popOuts.closeAll();
      warnings.silence();
    });
  };
  openWindow();
  app.on('second-instance', (_event, _argv, _folder, data) => {
    if (!window) openWindow();
    if (window?.isMinimized()) window.restore();
    window?.focus();
    const again = readWanted(data);
    for (const url of again.links) void links.receive(url);
    openWanted(engine, secrets, again).then(
      (profileId) => {
        if (profileId !== null) tell({ kind: 'show-profile', profileId });
      },
      (error: unknown) => {
        warn(messageOf(error));
      },
    );
  });
  app.on('activate', () => {
    if (!window) openWindow();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  stopInOrder(engine, () => {
    state.flush();
    secrets.flush();
  });
  if (wanted.screenshot !== null && window)
    await picture(engine, window, wanted.screenshot, active);
}

async function picture(
  engine: EngineProcess,
  window: BrowserWindow,
  file: string,
  active: Promise<string | null>,
): Promise<void> {
  try {
    await active;
    const summary = await takeScreenshot(
      window,
      resolve(file),
      async () => (await engine.ask({ kind: 'summary' })) as Summary,
    );
    console.log(
      `${file}: ${String(summary.topics)} topics, ${String(summary.received)} messages received, ${String(summary.stored)} messages stored`,
    );
    app.quit();
  } catch (error) {
    console.error(messageOf(error));
    await engine.stop();
    app.exit(1);
  }
}

/** Quitting waits until the engine has stored everything. */
function stopInOrder(engine: EngineProcess, flush: () => void): void {
  let stopped = false;
  app.on('before-quit', flush);
  app.on('will-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    flush();
    void engine.stop().finally(() => {
      stopped = true;
      // Later than this event, also when there was nothing to stop: a quit within a quit is forgotten.
      setImmediate(() => {
        app.quit();
      });
    });
  });
}

main();
