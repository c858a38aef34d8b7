import CircleDot from '@lucide/svelte/icons/circle-dot';
import FileOutput from '@lucide/svelte/icons/file-output';
import History from '@lucide/svelte/icons/history';
import Pencil from '@lucide/svelte/icons/pencil';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Repeat2 from '@lucide/svelte/icons/repeat-2';
import Trash from '@lucide/svelte/icons/trash-2';
import type { PastSession } from '../../app/contract-manage';
import type { AppState } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { askToCopy, askToDeleteSessions, editSession, sessionSelection } from './actions';
import { momentOf } from './past-words';

/** What can be done with a session of a connection of one's own. */
export function sessionMenu(app: AppState, profileId: string, session: PastSession): MenuEntry[] {
  const { key, name, kept, startedUs, messages } = session;
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
    {
      kind: 'action',
      label: 'Copy into a recording…',
      icon: CircleDot,
      disabled: messages === 0,
      onselect: () => {
        const suggested = name === '' ? `Session of ${momentOf(startedUs)}` : name;
        askToCopy(app, sessionSelection(profileId, session), suggested);
      },
    },
    ...usesOf(app, profileId, session),
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

/** What its messages are good for. */
function usesOf(app: AppState, profileId: string, session: PastSession): MenuEntry[] {
  const { name, startedUs, endedUs, lastTimeUs, messages } = session;
  const selection = sessionSelection(profileId, session);
  const title = name === '' ? `Session of ${momentOf(startedUs)}` : name;
  const disabled = messages === 0;
  return [
    {
      kind: 'action',
      label: 'Export…',
      icon: FileOutput,
      disabled,
      onselect: () => {
        overlays.exporting = { selection, title };
      },
    },
    {
      kind: 'action',
      label: 'Replay…',
      icon: Repeat2,
      disabled,
      onselect: () => void app.replay.prepare(selection, title),
    },
    {
      kind: 'action',
      label: 'Show how it ended',
      icon: History,
      disabled: disabled || endedUs === null,
      onselect: () => {
        app.activate(profileId);
        app.timeOf(profileId).goTo(lastTimeUs ?? startedUs);
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
