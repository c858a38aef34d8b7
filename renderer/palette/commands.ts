import { brokerCommands } from '../broker/broker-commands';
import { chartCommands } from '../charts/chart-commands';
import { decodingCommands } from '../decoding/decoding-commands';
import { windowCommands } from '../frame/window-commands';
import { messageCommands } from '../messages/message-commands';
import { packetCommands } from '../packets/packet-commands';
import { connectionCommands } from '../profiles/connection-commands';
import { vaultCommands } from '../profiles/vault/vault-commands';
import { deskCommands } from '../publish/desk-commands';
import { replayCommands } from '../replay/replay-commands';
import type { AppState } from '../state/app.svelte';
import { timeCommands } from '../time/time-commands';
import { topicCommands } from '../tree/topic-commands';

/** What commands belong to, in the order of the palette. */
export const GROUPS = [
  'Topics',
  'Charts',
  'Messages',
  'Packets',
  'Broker',
  'Time',
  'Replay',
  'Connections',
  'Window',
] as const;

/** One thing that the palette (and, where it has a shortcut, a key) does. */
export interface Command {
  readonly id: string;
  readonly group: (typeof GROUPS)[number];
  readonly label: string;
  /** Faint words behind the label. */
  readonly hint?: string;
  /** As for `Kbd`; the keys work in the whole window. */
  readonly shortcut?: string;
  readonly run: () => void;
}

/** All commands that make sense now. */
export function commands(app: AppState): Command[] {
  return [
    ...topicCommands(app),
    ...decodingCommands(app),
    ...deskCommands(app),
    ...messageCommands(app),
    ...packetCommands(app),
    ...brokerCommands(app),
    ...chartCommands(app),
    ...timeCommands(app),
    ...replayCommands(app),
    ...connectionCommands(app),
    ...vaultCommands(app),
    ...windowCommands(app),
  ];
}
