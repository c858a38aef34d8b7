import History from '@lucide/svelte/icons/history';
import Pencil from '@lucide/svelte/icons/pencil';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Trash from '@lucide/svelte/icons/trash-2';
import type { PastSession } from '../../app/contract-manage';
import type { AppState } from '../state/app.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { askToDeleteSessions, editSession, sessionSelection } from './actions';
import { momentOf } from './past-words';
import { selectionUses } from './selection-menu';

/** What can be done with a session of a connection of one's own. */
export function sessionMenu(app: AppState, profileId: string, session: PastSession): MenuEntry[] {
  const { key, name, kept, startedUs, endedUs, lastTimeUs, messages } = session;
  return [
    {
      kind: 'action',
      label: 'Name and note…',
      icon: Pencil,
      onselect: () => {
        editSession(app, profileId, session);
      },
    },
    {
      kind: 'action',
      label: kept ? 'Do not keep any more' : 'Keep, whatever the limits',
      icon: kept ? PinOff : Pin,
      onselect: () => void keepSessions(app, profileId, [key], !kept),
    },
    { kind: 'separator' },
    ...selectionUses(app, {
      selection: sessionSelection(profileId, session),
      title: name === '' ? `Session of ${momentOf(startedUs)}` : name,
      isEmpty: messages === 0,
    }),
    {
      kind: 'action',
      label: 'Show how it ended',
      icon: History,
      disabled: messages === 0 || endedUs === null,
      onselect: () => {
        app.activate(profileId);
        app.timeOf(profileId).goTo(lastTimeUs ?? startedUs);
      },
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Delete…',
      icon: Trash,
      danger: true,
      disabled: messages === 0,
      onselect: () => {
        askToDeleteSessions(profileId, [session]);
      },
    },
  ];
}

export async function keepSessions(
  app: AppState,
  profileId: string,
  keys: readonly number[],
  kept: boolean,
): Promise<void> {
  await app.attempt(async () => {
    for (const sessionKey of keys) {
      await app.engine.calls.changeSession({ profileId, sessionKey, kept });
    }
  });
}
