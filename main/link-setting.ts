import { app } from 'electron';
import { resolve } from 'node:path';
import { LoupeError } from '../app/errors';
import type { LinkSetting } from '../app/contract-move-in';

const SCHEMES = ['mqtt', 'mqtts'];

/** How the system starts this program: without a package, the runtime with the program's folder. */
const how = (): [string?, string[]?] =>
  app.isPackaged ? [] : [process.execPath, [resolve(app.getAppPath())]];

/** @throws LoupeError `internal` when the system refuses */
export function setLinkSetting({ isOn }: LinkSetting): LinkSetting {
  const done = SCHEMES.map((scheme) =>
    isOn
      ? app.setAsDefaultProtocolClient(scheme, ...how())
      : app.removeAsDefaultProtocolClient(scheme, ...how()),
  );
  if (done.every(Boolean)) return { isOn };
  throw new LoupeError(
    'internal',
    isOn
      ? 'The system did not take MQTT Loupe as the program for mqtt:// links. Install its package, or choose it in the settings of the system.'
      : 'The system keeps MQTT Loupe as the program for mqtt:// links. Choose another one in the settings of the system.',
  );
}
