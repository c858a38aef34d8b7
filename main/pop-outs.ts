import type { BrowserWindow, WebContents } from 'electron';
import type { ShellCalls, ShellEvent } from '../app/contract';
import type { PopOut } from '../app/contract-pop-out';
import { LoupeError } from '../app/errors';
import type { Implementation } from '../app/rpc/derive';
import { createPageWindow } from './page-window';
import { tellWindow } from './shell-server';

const SIZE = { width: 560, height: 460, minWidth: 360, minHeight: 240 };
/** More than anybody looks at; each costs a process. */
const MOST = 24;

type Calls = Implementation<ShellCalls>;

interface OpenPopOut extends PopOut {
  readonly window: BrowserWindow;
  /** What its page may ask for, made with its first question. */
  calls: Calls | null;
}

/** Windows of their own for single topics. They go with the main window. */
export class PopOuts {
  private readonly windows = new Map<WebContents, OpenPopOut>();
  /** Where the last one was put: the next one has its size. */
  private size: Partial<typeof SIZE> = {};

  constructor(private readonly onWarning: (message: string) => void) {}

  /** @throws LoupeError `invalid-argument` when there are too many */
  open({ profileId, topic }: PopOut): void {
    const known = [...this.windows.values()].find(
      (one) => one.profileId === profileId && one.topic === topic,
    );
    if (known) {
      if (known.window.isMinimized()) known.window.restore();
      known.window.focus();
      return;
    }
    if (this.windows.size >= MOST) {
      throw new LoupeError(
        'invalid-argument',
        `${String(MOST)} windows of their own are open already. Close one of them first.`,
      );
    }
    const window = createPageWindow({ ...SIZE, ...this.size }, this.onWarning);
    const { webContents } = window;
    this.windows.set(webContents, { profileId, topic, window, calls: null });
    window.on('resize', () => {
      const [width, height] = window.getSize();
      if (width !== undefined && height !== undefined) this.size = { width, height };
    });
    window.once('closed', () => this.windows.delete(webContents));
  }

  /**
   * What a page of these windows may ask for; null when it is in none of them.
   * @param make the calls of a window
   */
  callsOf(contents: WebContents, make: (window: BrowserWindow) => Calls): Calls | null {
    const found = this.windows.get(contents);
    if (!found) return null;
    return (found.calls ??= restricted(make(found.window), found));
  }

  tell(event: ShellEvent): void {
    for (const contents of this.windows.keys()) tellWindow(contents, event);
  }

  closeAll(): void {
    for (const { window } of this.windows.values()) window.close();
  }
}

/** What changes the whole program is not for a window that shows one topic. */
function restricted(all: Calls, { profileId, topic }: OpenPopOut): Calls {
  const forbidden = (): never => {
    throw new LoupeError('forbidden', 'Only the main window may ask for this.');
  };
  return {
    ...all,
    startup: async () => ({
      ...(await all.startup()),
      warnings: [],
      vaultLocked: false,
      popOut: { profileId, topic },
    }),
    // How a topic is looked at in a window of its own is forgotten with it.
    saveUi: () => undefined,
    setSecret: forbidden,
    copySecrets: forbidden,
    chooseSecretStorage: forbidden,
    unlockVault: forbidden,
    changeVaultPassphrase: forbidden,
    forgetVault: forbidden,
    waitingLinks: () => [],
  };
}
