import type { TopicPath } from '../../app/contract';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';
import { toaster } from '../ui/toaster.svelte';

/** Publishes an empty retained message, with the way back. */
export async function clearRetained(
  engine: EngineClient,
  { profileId, topic }: { readonly profileId: string; readonly topic: TopicPath },
  shownName: string,
): Promise<void> {
  const { undoId } = await engine.calls.clearRetained({ profileId, topic });
  const undo = async (): Promise<void> => {
    const result = await engine.calls.restoreRetained({ profileId, undoId });
    if (result.kind !== 'refused') return;
    toaster.show({
      text: `The retained message could not be put back: ${result.reason}`,
      tone: 'bad',
      // It is still there to be put back, for instance once the connection has come back.
      lastsMs: null,
      action: { label: 'Try again', run },
    });
  };
  const run = (): void => {
    undo().catch((error: unknown) => {
      toaster.problem(messageOf(error));
    });
  };
  toaster.show({
    text: `Retained message of ${shownName} cleared`,
    lastsMs: 10_000,
    action: { label: 'Undo', run },
  });
}
