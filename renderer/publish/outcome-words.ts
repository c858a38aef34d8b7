import type { Sending } from '../../app/contract-desk';
import { formatBytes, formatElapsed } from '../../app/payload/format';
import type { Outcome } from './publish-state.svelte';

export interface OutcomeWords {
  readonly tone: 'good' | 'bad' | 'neutral';
  readonly text: string;
}

/** How a publish went, in a sentence. QoS 0 has no acknowledgement (MQTT 5.0 §4.3.1): it is sent, no more is known. */
export function outcomeWords(outcome: Outcome, sending: Sending | null = null): OutcomeWords {
  if (outcome.kind === 'busy') return { tone: 'neutral', text: busyWords(sending) };
  if (outcome.kind === 'failed') return { tone: 'bad', text: `not sent: ${outcome.reason}` };
  const { result } = outcome;
  const elapsed = formatElapsed(result.elapsedMs);
  switch (result.kind) {
    case 'sent':
      return { tone: 'good', text: 'sent (QoS 0 is not acknowledged)' };
    case 'acknowledged':
      return {
        tone: 'good',
        text: `acknowledged in ${elapsed}${result.note === null ? '' : `: ${result.note}`}`,
      };
    case 'refused':
      return { tone: 'bad', text: `refused because ${lowerFirst(result.reason)}` };
  }
}

/** The reason goes on within a sentence; names in capitals stay as they are. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function busyWords(sending: Sending | null): string {
  if (sending === null) return 'sending…';
  const size = formatBytes(sending.sizeBytes);
  return sending.writtenBytes < sending.sizeBytes
    ? `sending… ${formatBytes(sending.writtenBytes)} of ${size} are on their way`
    : `${size} are on their way; waiting for the broker…`;
}
