// The reference of the start scenario: the least that Electron can be, one window with one line of text.
'use strict';
const { app, BrowserWindow } = require('electron');

void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800 });
  return window.loadURL('data:text/html,<title>bare</title><p>Hello');
});
app.on('window-all-closed', () => app.quit());
