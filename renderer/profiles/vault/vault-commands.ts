import type { Command } from '../../palette/commands';
import type { AppState } from '../../state/app.svelte';
import { vault, type VaultQuestion } from './vault-state.svelte';

/** What the palette does with the vault of passwords, where there is one or could be one. */
export function vaultCommands(app: AppState): Command[] {
  const command = (question: VaultQuestion, label: string): Command => ({
    id: `vault-${question}`,
    group: 'Connections',
    label,
    run: () => {
      vault.ask(question);
    },
  });
  if (app.secretStorage === 'session-only')
    return [command('choose', 'Keep passwords in a password vault')];
  if (app.secretStorage !== 'vault') return [];
  return [
    ...(app.vaultLocked ? [command('unlock', 'Unlock the password vault')] : []),
    command('change', 'Change the passphrase of the password vault'),
    command('forget', 'Forget the password vault'),
  ];
}
