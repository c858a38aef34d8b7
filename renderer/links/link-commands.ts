import { shell } from '../shell-client';
import type { AppState } from '../state/app.svelte';

export const OPEN_LINKS = 'Open mqtt:// links with MQTT Loupe';
export const LEAVE_LINKS = 'Stop opening mqtt:// links with MQTT Loupe';

/** Says whether mqtt:// and mqtts:// links of the system open this program; it never does so by itself. */
export async function setLinks(app: AppState, isOn: boolean): Promise<void> {
  const now = await app.attempt(() => shell.setLinkSetting({ isOn }));
  if (now === null) return;
  app.toasts.show({
    text: now.isOn
      ? 'mqtt:// and mqtts:// links open MQTT Loupe. Each is asked about first.'
      : 'mqtt:// and mqtts:// links do not open MQTT Loupe any more.',
  });
}
