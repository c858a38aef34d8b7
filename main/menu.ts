import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/**
 * The application menu: standard roles, so that editing keys work everywhere; hidden until Alt on Linux and Windows.
 * @param wishes what a person can ask for here: to open a recorded history, to import messages or connections
 */
export function installMenu(wishes: {
  readonly openHistory: () => void;
  readonly importConnections: () => void;
  readonly importMessages: () => void;
}): void {
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      role: 'fileMenu',
      submenu: [
        {
          label: 'Open a recorded history…',
          // The page takes the key first; here it is for where the page has no say.
          accelerator: 'CmdOrCtrl+O',
          click: wishes.openHistory,
        },
        { label: 'Import messages…', click: wishes.importMessages },
        { label: 'Import connections…', click: wishes.importConnections },
        { type: 'separator' },
        { role: process.platform === 'darwin' ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' as const }]),
      ],
    },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
