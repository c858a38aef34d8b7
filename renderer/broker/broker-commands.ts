import type { Command } from '../palette/commands';
import type { AppState } from '../state/app.svelte';
import type { BrokerTab } from './broker-state.svelte';
import { brokerOf } from './broker-states';

const COMMANDS: ReadonlyArray<readonly [tab: BrokerTab, label: string, hint: string]> = [
  ['system', 'Broker', 'what it says of itself in $SYS'],
  ['traffic', 'Traffic', 'the busiest topics and branches'],
  ['retained', 'Retained messages', 'list, clear, put back, copy'],
];

/** What the palette does with the broker page. */
export function brokerCommands(app: AppState): Command[] {
  const profileId = app.activeProfile;
  const summary = app.profiles.find(profileId);
  if (profileId === null || summary === null || summary.archive !== null) return [];
  return COMMANDS.map(([tab, label, hint]) => ({
    id: `broker-${tab}`,
    group: 'Broker',
    label,
    hint,
    run: () => {
      brokerOf(app, profileId).tab = tab;
      app.show('broker');
    },
  }));
}
