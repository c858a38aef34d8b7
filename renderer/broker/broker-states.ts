import type { TrafficFrame } from '../../app/contract-broker';
import { formatDate, formatTime } from '../../app/payload/format';
import type { AppState } from '../state/app.svelte';
import { shell } from '../shell-client';
import { BrokerState } from './broker-state.svelte';
import { RetainedState } from './retained/retained-state.svelte';
import { trafficCsv } from './traffic-columns';

const states = new Map<string, BrokerState>();

/** What the broker page shows of a profile. */
export function brokerOf(app: AppState, profileId: string): BrokerState {
  const known = states.get(profileId);
  if (known) return known;
  const state = new BrokerState(app.engine, profileId);
  states.set(profileId, state);
  return state;
}

const retained = new Map<string, RetainedState>();

/** The list of what the broker of a profile retains. */
export function retainedOf(app: AppState, profileId: string): RetainedState {
  const known = retained.get(profileId);
  if (known) return known;
  const state = new RetainedState(app.engine, profileId);
  retained.set(profileId, state);
  return state;
}

/** Shows a topic in its place in the tree. */
export async function showTopic(app: AppState, topic: string): Promise<void> {
  app.show('topics');
  await app.reveal(topic);
}

/** Asks where, and saves the rows of the traffic. */
export async function saveTraffic(
  app: AppState,
  profileId: string,
  frame: TrafficFrame,
): Promise<void> {
  const name = app.profiles.find(profileId)?.profile.name ?? 'broker';
  const now = Date.now();
  const time = formatTime(now).slice(0, 8).replaceAll(':', '');
  const suggestedName = `${name} ${frame.kind} ${formatDate(now)} ${time}.csv`;
  const bytes = new TextEncoder().encode(trafficCsv(frame));
  if (await shell.saveFile({ suggestedName, bytes })) {
    app.toasts.show({ text: 'Rows saved', lastsMs: 2000 });
  }
}
