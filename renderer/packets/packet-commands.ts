import type { Command } from '../palette/commands';
import type { AppState } from '../state/app.svelte';
import { focusPlace } from '../state/focus';
import { packetsOf } from './packet-states';

/** What the palette does with packets. */
export function packetCommands(app: AppState): Command[] {
  const profileId = app.activeProfile;
  const summary = app.profiles.find(profileId);
  if (profileId === null || summary === null || summary.archive !== null) return [];
  const group = 'Packets';
  const show: Command = {
    id: 'packets',
    group,
    label: 'Packets',
    hint: 'what goes over the wire',
    run: () => {
      app.show('packets');
      void focusPlace('packets');
    },
  };
  if (app.page !== 'packets') return [show];
  const packets = packetsOf(app, profileId);
  const isOn = packets.mode !== 'off';
  return [
    {
      id: 'inspect-packets',
      group,
      label: isOn ? 'Stop inspecting packets' : 'Inspect packets',
      run: () => void app.attempt(() => packets.setMode(isOn ? 'off' : 'on')),
    },
    ...(isOn
      ? [
          {
            id: 'pause-packets',
            group,
            label: packets.mode === 'paused' ? 'Go on with the packets' : 'Pause the packets',
            run: () =>
              void app.attempt(() => packets.setMode(packets.mode === 'paused' ? 'on' : 'paused')),
          } as const,
        ]
      : []),
    {
      id: 'clear-packets',
      group,
      label: 'Clear the packets',
      run: () => void app.attempt(() => packets.clear()),
    },
  ];
}
