import { BrowserWindow, nativeTheme, type BrowserWindowConstructorOptions } from 'electron';
import { join } from 'node:path';
import { APP_ORIGIN } from './app-protocol';

/** Behind the page until it is painted; the same as its own backgrounds. */
const BACKGROUND = { dark: '#0f1115', light: '#f6f7f9' };

/** The page of a development server, while one runs. */
export const developmentUrl = process.env['MQTT_LOUPE_DEV_URL'];

/** Whether a URL is our own page. */
export function isOwnPage(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, protocol, host } = new URL(url);
  if (developmentUrl !== undefined && origin === new URL(developmentUrl).origin) return true;
  return `${protocol}//${host}` === APP_ORIGIN;
}

/** A window with our page in it, sandboxed and without Node; it is shown when the page is painted. */
export function createPageWindow(
  options: BrowserWindowConstructorOptions,
  onWarning: (message: string) => void,
): BrowserWindow {
  const window = new BrowserWindow({
    ...options,
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
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadURL(developmentUrl ?? `${APP_ORIGIN}/index.html`).catch((error: unknown) => {
    onWarning(`The window could not be loaded: ${String(error)}`);
  });
  return window;
}
