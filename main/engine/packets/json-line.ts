import { maskedHex } from '../../../app/mqtt/packet-text';
import type { Kept } from './kept';

/** An entry as a line of JSON. Bytes are hexadecimal, `**` where a secret stood. */
export function jsonLine(entry: Kept): string {
  return `${JSON.stringify(objectOf(entry))}\n`;
}

function objectOf(entry: Kept): object {
  const { id, timeUs, connection } = entry;
  const base = { id, time: isoTime(timeUs), connection };
  if (entry.kind === 'event') return { ...base, event: entry.words, error: entry.isBad };
  const { bytes, masked, options, summary, answer, answers } = entry;
  return {
    ...base,
    direction: options.isFromServer ? 'in' : 'out',
    version: options.version,
    ...summary,
    sizeBytes: options.sizeBytes,
    keptBytes: bytes.length,
    ...(answer === null ? {} : { answeredBy: answer.id, latencyUs: answer.latencyUs }),
    ...(answers === null ? {} : { answers }),
    bytes: maskedHex(bytes, masked),
  };
}

/** To the microsecond. */
function isoTime(timeUs: number): string {
  const micros = String(Math.floor(timeUs % 1_000)).padStart(3, '0');
  return new Date(Math.floor(timeUs / 1_000)).toISOString().replace('Z', `${micros}Z`);
}
