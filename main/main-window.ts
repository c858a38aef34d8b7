import { BrowserWindow, nativeTheme, session, type Session, type WebContents } from 'electron';
import { join } from 'node:path';
import { APP_ORIGIN } from './app-protocol';
import { openLink } from './shell-calls';
import { MINIMUM_SIZE, type WindowState } from './window-state';

/** Behind the page until it is painted; the same as its own backgrounds. */
const BACKGROUND = { dark: '#0f1115', light: '#f6f7f9' };

/** The page of a development server, while one runs. */
const developmentUrl = process.env['MQTT_LOUPE_DEV_URL'];

/** Whether a URL is our own page. */
export function isOwnPage(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, protocol, host } = new URL(url);
  if (developmentUrl !== undefined && origin === new URL(developmentUrl).origin) return true;
  return `${protocol}//${host}` === APP_ORIGIN;
}

export function createMainWindow(
  state: WindowState,
  onWarning: (message: string) => void,
): BrowserWindow {
  const window = new BrowserWindow({
    ...state.bounds,
    ...MINIMUM_SIZE,
    title: 'MQTT Loupe',
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: join(__dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  if (state.maximised) window.maximize();
  state.follow(window);
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadURL(developmentUrl ?? `${APP_ORIGIN}/index.html`).catch((error: unknown) => {
    onWarning(`The window could not be loaded: ${String(error)}`);
  });
  return window;
}

/** Denies every page what ours never asks for. To be called once, before the first window. */
export function denyPowers(): void {
  const ours: Session = session.defaultSession;
  ours.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  ours.setPermissionCheckHandler(() => false);
  ours.setDevicePermissionHandler(() => false);
}

/** Keeps any page where it is: no navigation, no new window, no webview; web links are opened after asking. */
export function confine(contents: WebContents, onWarning: (message: string) => void): void {
  contents.on('will-navigate', (event) => {
    // The development server reloads its page when a change can't be put into the running one.
    if (event.url !== developmentUrl) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(({ url }) => {
    openLink(url, BrowserWindow.fromWebContents(contents)).catch((error: unknown) => {
      onWarning(String(error));
    });
    return { action: 'deny' };
  });
}
