import { Births, readSparkplug, type SparkplugPayload } from './sparkplug-payload';
import type { SparkplugMessage, SparkplugState, SparkplugTopic } from './sparkplug-state';

export const NOTHING_BEFORE: SparkplugState = {
  nodeBirth: null,
  deviceBirth: null,
  nodeDeath: null,
  deviceDeath: null,
  previous: null,
};

/** What the births before a message say of its metrics. */
export function birthsBefore(place: SparkplugTopic | null, state: SparkplugState): Births {
  const births = new Births();
  for (const birth of birthsFor(place, state)) births.add(birth);
  return births;
}

/** A new birth forgets the names of the one before. */
function birthsFor(place: SparkplugTopic | null, state: SparkplugState): SparkplugPayload[] {
  if (place?.type === 'NBIRTH') return [];
  const { nodeBirth, deviceBirth } = state;
  const isCurrent = deviceBirth !== null && deviceBirth.id > (nodeBirth?.id ?? 0);
  const device = place?.type === 'DBIRTH' || !isCurrent ? null : deviceBirth;
  return [nodeBirth, device].flatMap((birth) => readOrNone(birth));
}

/** A birth that can't be read names nothing; it says why itself where it is looked at. */
export function readOrNone(message: SparkplugMessage | null): SparkplugPayload[] {
  if (!message) return [];
  try {
    return [readSparkplug(message.payload)];
  } catch {
    // As above: the aliases stay without names, which the notes tell.
    return [];
  }
}
