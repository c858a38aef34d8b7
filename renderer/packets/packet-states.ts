import type { PacketFileFormat } from '../../app/contract-packets';
import { formatDate, formatTime } from '../../app/payload/format';
import type { AppState } from '../state/app.svelte';
import { shell } from '../shell-client';
import { PacketsState } from './packets-state.svelte';

const states = new Map<string, PacketsState>();

/** The packets of a profile: the filter and what is open outlive a change of the page. */
export function packetsOf(app: AppState, profileId: string): PacketsState {
  const known = states.get(profileId);
  if (known) return known;
  const state = new PacketsState(app.engine, profileId);
  states.set(profileId, state);
  return state;
}

/** Connects anew, so that the packets are seen from CONNECT on. */
export async function inspectFromStart(app: AppState, profileId: string): Promise<void> {
  const { calls } = app.engine;
  await calls.disconnect({ profileId });
  await calls.setCapture({ profileId, mode: 'on' });
  await calls.connect({ profileId });
}

/** Asks where, and saves all packets that are kept. */
export async function savePackets(
  app: AppState,
  profileId: string,
  format: PacketFileFormat,
): Promise<void> {
  const bytes = await app.engine.calls.packetFile({ profileId, format });
  const name = app.profiles.find(profileId)?.profile.name ?? 'packets';
  const now = Date.now();
  const time = formatTime(now).slice(0, 8).replaceAll(':', '');
  const suggestedName = `${name} packets ${formatDate(now)} ${time}.${format}`;
  if (await shell.saveFile({ suggestedName, bytes })) {
    app.toasts.show({ text: 'Packets saved', lastsMs: 2000 });
  }
}
