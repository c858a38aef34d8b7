import type { PastSession, RecordingSummary } from '../../app/contract-manage';
import { LoupeError } from '../../app/errors';
import { escapeHidden } from '../../app/payload/escape';
import { formatDate, formatTime } from '../../app/payload/format';
import type { Profile } from '../../app/profile';
import { everything, type Selection } from '../../app/selection';
import { topicFilterProblem } from '../../app/topic';
import type { AppState } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';
import { sessionName } from './past-words';

/** Asks for name and topics, then records what a connection receives from now on. */
export function askToRecord(app: AppState, profile: Profile, filter = ''): void {
  overlays.name({
    title: `Record “${profile.name}”`,
    action: 'Record',
    name: `${profile.name}, ${formatDate(Date.now())} ${formatTime(Date.now()).slice(0, 5)}`,
    note: '',
    hasNote: false,
    filter,
    save: async (named) => {
      const filters = filtersOf(named.filter);
      const { name } = named;
      await app.engine.calls.startRecording({ profileId: profile.id, filters, name });
    },
  });
}

/** Asks for a name, then copies a part of the past into a recording. */
export function askToCopy(app: AppState, selection: Selection, suggestedName: string): void {
  overlays.name({
    title: 'Keep as a recording',
    action: 'Copy',
    name: suggestedName,
    note: '',
    hasNote: true,
    save: async ({ name, note }) => {
      await app.engine.calls.recordSelection({ selection, name, note });
      if (app.page === 'history') return;
      app.toasts.show({
        text: 'Copying into a recording',
        action: {
          label: 'Show',
          run: () => {
            app.show('history');
          },
        },
      });
    },
  });
}

export function editRecording(
  app: AppState,
  { id: recordingId, name, note }: RecordingSummary,
): void {
  overlays.name({
    title: 'Name and note of the recording',
    action: 'Save',
    name,
    note,
    hasNote: true,
    save: async (named) => {
      const change = { name: named.name, note: named.note };
      await app.engine.calls.changeRecording({ recordingId, ...change });
    },
  });
}

export function editSession(app: AppState, profileId: string, session: PastSession): void {
  overlays.name({
    title: 'Name and note of the session',
    action: 'Save',
    name: session.name,
    note: session.note,
    hasNote: true,
    save: async ({ name, note }) => {
      await app.engine.calls.changeSession({ profileId, sessionKey: session.key, name, note });
    },
  });
}

export function sessionSelection(profileId: string, session: PastSession): Selection {
  return { ...everything(profileId), sessionKey: session.key };
}

/** Asks, then deletes the messages of sessions. */
export function askToDeleteSessions(profileId: string, sessions: readonly PastSession[]): void {
  const [only] = sessions;
  if (only === undefined) return;
  const title =
    sessions.length === 1
      ? `Delete ${sessionName(only)}?`
      : `Delete ${String(sessions.length)} sessions?`;
  const selections = sessions.map((session) => sessionSelection(profileId, session));
  overlays.delete({ title, selections });
}

/** Asks, then deletes what is stored of a topic, or of it and everything below. */
export function askToDeleteTopics(profileId: string, path: string, branch: boolean): void {
  const filter = branch ? `${path}/#` : path;
  const title = `Delete the past of ${escapeHidden(filter)}?`;
  overlays.delete({ title, selections: [{ ...everything(profileId), filters: [filter] }] });
}

function filtersOf(text: string): readonly string[] {
  if (text === '' || text === '#') return [];
  const problem = topicFilterProblem(text);
  if (problem !== null) throw new LoupeError('invalid-argument', problem);
  return [text];
}
