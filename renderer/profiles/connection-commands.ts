import { brokerUrl } from '../../app/profile';
import { chooseArchive, closeArchive } from '../archives/open-archive';
import { doctorDialogs } from '../doctor/doctor-dialogs.svelte';
import { chooseImport } from '../files/choose-import';
import { LEAVE_LINKS, OPEN_LINKS, setLinks } from '../links/link-commands';
import type { Command } from '../palette/commands';
import { askToRecord } from '../past/actions';
import type { AppState } from '../state/app.svelte';
import { isOpen, stateWord } from '../state/connection-words';
import { focusPlace } from '../state/focus';
import { overlays } from '../state/overlays.svelte';

/** What the palette does with connections and recorded histories. */
export function connectionCommands(app: AppState): Command[] {
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
