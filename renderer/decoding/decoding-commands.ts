import type { Command } from '../palette/commands';
import type { AppState } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';
import { newRule } from './new-rule';

/** What the palette offers of decoding. */
export function decodingCommands(app: AppState): Command[] {
  const { activeProfile: profileId, selected } = app;
  if (profileId === null) return [];
  const group = 'Topics';
  const open = (topic: string | null, isNew: boolean): void => {
    const rule =
      isNew && topic !== null ? newRule(topic, app.decoding.stepsOf(profileId, topic) ?? []) : null;
    overlays.decoding = { profileId, topic, rule };
  };
  return [
    {
      id: 'decoding-rules',
      group,
      label: 'Decoding rules…',
      run: () => {
        open(selected, false);
      },
    },
    ...(selected === null
      ? []
      : [
          {
            id: 'new-decoding-rule',
            group,
            label: 'New decoding rule for this topic…',
            hint: selected,
            run: () => {
              open(selected, true);
            },
          } as const,
        ]),
  ];
}
