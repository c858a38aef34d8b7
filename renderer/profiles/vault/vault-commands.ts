import type { Command } from '../../palette/commands';
import type { AppState } from '../../state/app.svelte';
import { vault } from './vault-state.svelte';

/** What the palette does with the vault of passwords, where there is one. */
export function vaultCommands(app: AppState): Command[] {
  if (app.secretStorage !== 'vault') return [];
  const command = (question: 'unlock' | 'change' | 'forget', label: string): Command => ({
    id: `vault-${question}`,
    group: 'Connections',
    label,
    run: () => {
      vault.ask(question);
    },
  });
  return [
    ...(app.vaultLocked ? [command('unlock', 'Unlock the password vault')] : []),
    command('change', 'Change the passphrase of the password vault'),
    command('forget', 'Forget the password vault'),
  ];
}
