import { app, dialog, type BrowserWindow } from 'electron';

let isQuitting = false;
app.on('before-quit', () => {
  isQuitting = true;
});

/**
 * Asks before the window closes while something is under way that would end with it.
 * @param underWay what that is, in words; null when nothing is
 */
export function askBeforeClosing(window: BrowserWindow, underWay: () => string | null): void {
  let isAsking = false;
  let mayClose = false;
  window.on('close', (event) => {
    const words = underWay();
    if (words === null || mayClose) return;
    event.preventDefault();
    const wasQuitting = isQuitting;
    isQuitting = false;
    if (isAsking) return;
    isAsking = true;
    void ask(window, words).then((confirmed) => {
      isAsking = false;
      if (!confirmed) return;
      mayClose = true;
      if (wasQuitting) app.quit();
      else window.close();
    });
  });
}

async function ask(window: BrowserWindow, words: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: words,
    detail: 'It ends when the window closes. What was sent until then stays sent.',
    buttons: ['Keep it open', 'Close and end it'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}
