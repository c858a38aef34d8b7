import type { ConnectionState } from '../../app/connection';

export type Tone = 'off' | 'busy' | 'good' | 'bad';

/** One word or two for a state: for the status bar, chips and lists. */
export function stateWord(state: ConnectionState): string {
  switch (state.kind) {
    case 'disconnected':
      return 'disconnected';
    case 'connecting':
      return 'connecting';
    case 'connected':
      return 'connected';
    case 'reconnecting':
      return 'reconnecting';
    case 'failed':
      return 'failed';
  }
}

export function stateTone(state: ConnectionState): Tone {
  switch (state.kind) {
    case 'disconnected':
      return 'off';
    case 'connecting':
    case 'reconnecting':
      return 'busy';
    case 'connected':
      return 'good';
    case 'failed':
      return 'bad';
  }
}

/** Whether there is something to disconnect (or to stop trying). */
export function isOpen(state: ConnectionState): boolean {
  return state.kind !== 'disconnected' && state.kind !== 'failed';
}
