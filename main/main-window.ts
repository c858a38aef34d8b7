import { BrowserWindow, session, type Session, type WebContents } from 'electron';
import { createPageWindow, developmentUrl } from './page-window';
import { openLink } from './shell-calls';
import { MINIMUM_SIZE, type WindowState } from './window-state';

export function createMainWindow(
  state: WindowState,
  onWarning: (message: string) => void,
): BrowserWindow {
  const window = createPageWindow({ ...state.bounds, ...MINIMUM_SIZE }, onWarning);
  if (state.maximised) window.maximize();
  state.follow(window);
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
