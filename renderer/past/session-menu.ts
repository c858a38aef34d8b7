import History from '@lucide/svelte/icons/history';
import Pencil from '@lucide/svelte/icons/pencil';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Rows from '@lucide/svelte/icons/rows-3';
import Trash from '@lucide/svelte/icons/trash-2';
import type { PastSession } from '../../app/contract-manage';
import { openMessages } from '../messages/message-lists';
import type { AppState } from '../state/app.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { askToDeleteSessions, editSession, sessionSelection } from './actions';
import { momentOf } from './past-words';
import { selectionUses } from './selection-menu';

export function listSession(app: AppState, profileId: string, { key }: PastSession): void {
  openMessages(app, profileId, { session: key });
}

/** What can be done with a session; one of a recorded history cannot be changed. */
export function sessionMenu(
  app: AppState,
  profileId: string,
  session: PastSession,
  isOwn: boolean,
): MenuEntry[] {
  const { name, startedUs, endedUs, lastTimeUs, messages } = session;
  return [
    {
      kind: 'action',
      label: 'List its messages',
      icon: Rows,
      disabled: messages === 0,
      onselect: () => {
        listSession(app, profileId, session);
      },
    },
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
    ...selectionUses(app, {
      selection: sessionSelection(profileId, session),
      title: name === '' ? `Session of ${momentOf(startedUs)}` : name,
      isEmpty: messages === 0,
    }),
    ...(isOwn ? changes(app, profileId, session) : []),
  ];
}

function changes(app: AppState, profileId: string, session: PastSession): MenuEntry[] {
  const { key, kept, messages } = session;
  return [
    { kind: 'separator' },
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
