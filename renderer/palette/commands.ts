import { chooseImport } from '../files/choose-import';
import { doctorDialogs } from '../doctor/doctor-dialogs.svelte';
import { chartCommands } from '../charts/chart-commands';
import { decodingCommands } from '../decoding/decoding-commands';
import { exportBranch, exportHistory } from '../files/export-wishes';
import { chooseArchive, closeArchive } from '../archives/open-archive';
import { escapeHidden } from '../../app/payload/escape';
import { brokerUrl } from '../../app/profile';
import { everything } from '../../app/selection';
import { LEAVE_LINKS, OPEN_LINKS, setLinks } from '../links/link-commands';
import { popOutTopic } from '../pop-out/pop-out-topic';
import { replayBranch } from '../replay/replay-branch';
import { THEMES } from '../frame/themes';
import { messageCommands } from '../messages/message-commands';
import { brokerCommands } from '../broker/broker-commands';
import { deskCommands } from '../publish/desk-commands';
import { packetCommands } from '../packets/packet-commands';
import type { AppState } from '../state/app.svelte';
import { isOpen, stateWord } from '../state/connection-words';
import { focusNextPlace, focusPlace } from '../state/focus';
import { overlays } from '../state/overlays.svelte';
import { askToRecord } from '../past/actions';
import { vaultCommands } from '../profiles/vault/vault-commands';
import { timeCommands } from '../time/time-commands';
import { TREE_SORTS } from '../tree/tree-sorts';

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

function topicCommands(app: AppState): Command[] {
  const profileId = app.activeProfile;
  if (profileId === null || app.page !== 'topics') return [];
  const tree = app.treeOf(profileId);
  const selected = app.selected;
  const group = 'Topics';
  return [
    {
      id: 'filter',
      group,
      label: 'Filter topics',
      shortcut: 'Mod+F',
      run: () => void focusPlace('filter'),
    },
    {
      id: 'tree',
      group,
      label: 'Go to the topic tree',
      shortcut: 'Mod+1',
      run: () => void focusPlace('tree'),
    },
    {
      id: 'detail',
      group,
      label: 'Go to the topic detail',
      shortcut: 'Mod+2',
      run: () => void focusPlace('detail'),
    },
    ...(selected === null
      ? []
      : [
          {
            id: 'copy-topic',
            group,
            label: 'Copy topic',
            hint: selected,
            shortcut: 'Mod+Shift+C',
            run: () => void app.copy(selected, 'Topic'),
          } as const,
          {
            id: 'pop-out',
            group,
            label: 'Open the topic in a window of its own',
            hint: selected,
            shortcut: 'Mod+Shift+O',
            run: () => void popOutTopic(app, profileId, selected),
          } as const,
        ]),
    ...(selected === null
      ? []
      : [
          {
            id: 'export-topic',
            group,
            label: 'Export this topic and all below…',
            hint: selected,
            run: () => {
              exportBranch(profileId, selected, true);
            },
          } as const,
        ]),
    {
      id: 'export-history',
      group,
      label: 'Export the history…',
      shortcut: 'Mod+Shift+E',
      run: () => {
        exportHistory(profileId, app.profiles.find(profileId)?.profile.name ?? '');
      },
    },
    {
      id: 'expand-all',
      group,
      label: 'Expand all topics',
      run: () => {
        tree.setAllExpanded(true);
      },
    },
    {
      id: 'collapse-all',
      group,
      label: 'Collapse all topics',
      run: () => {
        tree.setAllExpanded(false);
      },
    },
    ...TREE_SORTS.map(({ sort, label }): Command => ({
      id: `sort-${sort}`,
      group,
      label: `Sort by ${label.toLowerCase()}`,
      ...(app.ui.treeSort === sort ? { hint: 'current' } : {}),
      run: () => {
        app.updateUi({ treeSort: sort });
      },
    })),
    ...(app.profiles.find(profileId)?.archive ? [] : [publishCommand(app)]),
  ];
}

function publishCommand(app: AppState): Command {
  return {
    id: 'publish',
    group: 'Topics',
    label: 'Publish a message',
    shortcut: 'Mod+Shift+P',
    run: () => {
      app.updateUi({ publishOpen: true });
      void focusPlace('publish');
    },
  };
}

function replayCommands(app: AppState): Command[] {
  const group = 'Replay';
  const { replay, selected } = app;
  const active = app.profiles.find(app.activeProfile)?.profile;
  return [
    ...(active && selected !== null
      ? [
          {
            id: 'replay-branch',
            group,
            label: 'Replay this branch…',
            hint: escapeHidden(selected),
            run: () => {
              replayBranch(app, active.id, selected);
            },
          } as const,
        ]
      : []),
    ...(active
      ? [
          {
            id: 'replay-all',
            group,
            label: 'Replay…',
            hint: `all of ${active.name}`,
            run: () => void replay.prepare(everything(active.id), active.name),
          } as const,
        ]
      : []),
    {
      id: 'replay-page',
      group,
      label: 'Go to the replay',
      run: () => {
        app.show('replay');
      },
    },
  ];
}

function connectionCommands(app: AppState): Command[] {
  const group = 'Connections';
  const active = app.profiles.find(app.activeProfile);
  return [
    {
      id: 'new-connection',
      group,
      label: 'New connection',
      shortcut: 'Mod+N',
      run: () => {
        overlays.newConnection();
      },
    },
    {
      id: 'open-history',
      group,
      label: 'Open a recorded history…',
      shortcut: 'Mod+O',
      run: () => void chooseArchive(app),
    },
    {
      id: 'import',
      group,
      label: 'Import messages…',
      hint: 'recording, NDJSON, CSV',
      run: () => void chooseImport(app),
    },
    {
      id: 'import-connections',
      group,
      label: 'Import connections…',
      hint: 'MQTT Explorer, MQTTX, mosquitto, URLs',
      run: () => {
        overlays.movingIn = { source: null };
      },
    },
    {
      id: 'export-connections',
      group,
      label: 'Export connections…',
      run: () => {
        const own = app.profiles.connections.filter(({ builtIn }) => !builtIn);
        overlays.movingOut = own.map(({ profile }) => profile.id);
      },
    },
    {
      id: 'open-links',
      group,
      label: OPEN_LINKS,
      run: () => void setLinks(app, true),
    },
    { id: 'leave-links', group, label: LEAVE_LINKS, run: () => void setLinks(app, false) },
    ...(app.page === 'connections'
      ? [
          {
            id: 'find-connection',
            group,
            label: 'Find a connection',
            shortcut: 'Mod+F',
            run: () => void focusPlace('filter'),
          } as const,
        ]
      : []),
    ...(active ? activeCommands(app, active.profile.id) : []),
    ...app.profiles.all
      .filter(({ profile }) => profile.id !== app.activeProfile || app.page === 'connections')
      .map(({ profile, state, archive }): Command => ({
        id: `switch-${profile.id}`,
        group,
        label: `Go to ${profile.name}`,
        hint: archive
          ? `recorded history, ${archive.path}`
          : `${brokerUrl(profile)}, ${stateWord(state)}`,
        run: () => {
          app.activate(profile.id);
        },
      })),
    {
      id: 'connections',
      group,
      label: 'Manage connections',
      run: () => {
        app.show('connections');
      },
    },
  ];
}

function activeCommands(app: AppState, profileId: string): Command[] {
  const summary = app.profiles.find(profileId);
  if (!summary) return [];
  const { profile, state, builtIn, archive, recording } = summary;
  const group = 'Connections';
  if (archive) {
    const label = `Close ${profile.name}`;
    const run = (): void => void closeArchive(app, archive.path);
    return [
      { id: 'close-history', group, label, hint: 'recorded history', shortcut: 'Mod+W', run },
    ];
  }
  const open = isOpen(state);
  return [
    {
      id: 'test-connection',
      group,
      label: `Test the connection ${profile.name}…`,
      hint: 'connection doctor',
      run: () => {
        doctorDialogs.openFor(profile);
      },
    },
    {
      id: 'toggle-connection',
      group,
      label: open ? `Disconnect ${profile.name}` : `Connect ${profile.name}`,
      hint: stateWord(state),
      run: () => {
        if (open) app.profiles.disconnect(profile.id);
        else app.profiles.connect(profile.id);
      },
    },
    recording === null
      ? {
          id: 'record',
          group,
          label: `Record ${profile.name}…`,
          run: () => {
            askToRecord(app, profile);
          },
        }
      : {
          id: 'stop-recording',
          group,
          label: `Stop recording ${profile.name}`,
          run: () => {
            app.recordings.stop(recording.id);
          },
        },
    {
      id: 'connection-details',
      group,
      label: `Subscriptions and broker of ${profile.name}`,
      run: () => {
        overlays.connectionOf = profile.id;
      },
    },
    ...(builtIn
      ? []
      : [
          {
            id: 'edit-connection',
            group,
            label: `Edit ${profile.name}`,
            run: () => {
              overlays.editConnection(profile);
            },
          } as const,
        ]),
  ];
}

function windowCommands(app: AppState): Command[] {
  const group = 'Window';
  return [
    {
      id: 'palette',
      group,
      label: 'Command palette',
      shortcut: 'Mod+K',
      run: () => {
        overlays.palette = true;
      },
    },
    {
      id: 'keys',
      group,
      label: 'Keyboard shortcuts',
      shortcut: 'Mod+/',
      run: () => {
        overlays.keys = true;
      },
    },
    ...(app.activeProfile === null || app.page === 'history'
      ? []
      : [
          {
            id: 'history',
            group,
            label: 'History: sessions and recordings',
            shortcut: 'Mod+Shift+H',
            run: () => {
              app.show('history');
            },
          } as const,
        ]),
    ...(app.activeProfile === null || app.page === 'topics'
      ? []
      : [
          {
            id: 'topics',
            group,
            label: 'Topics',
            run: () => {
              app.show('topics');
            },
          } as const,
        ]),
    ...(app.page === 'topics'
      ? [
          {
            id: 'next-pane',
            group,
            label: 'Go to the next pane',
            shortcut: 'F6',
            run: () => {
              focusNextPlace(false);
            },
          } as const,
          {
            id: 'side-pane',
            group,
            label: 'Show or hide the side pane',
            hint: 'publish',
            shortcut: 'Mod+J',
            run: () => {
              app.updateUi({ publishOpen: !app.ui.publishOpen });
            },
          } as const,
        ]
      : []),
    ...THEMES.map(({ choice, label }): Command => ({
      id: `theme-${choice}`,
      group,
      label: `Theme: ${label.toLowerCase()}`,
      ...(app.theme.choice === choice ? { hint: 'current' } : {}),
      run: () => {
        app.chooseTheme(choice);
      },
    })),
  ];
}
