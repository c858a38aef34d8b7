import type { Message } from '../../app/contract';
import { PAYLOAD_PART_BYTES } from '../../app/contract-payload';
import type { EngineClient } from '../../app/rpc/client';

/** The most that comes at once: more would hold up the window while it is copied. */
export const AT_ONCE_BYTES = 2 * 1024 * 1024;

/** A message with its payload up to `maxBytes`, a large one piece by piece. @throws LoupeError when it is gone */
export async function wholeMessage(
  { calls }: EngineClient,
  profileId: string,
  message: Message,
  maxBytes: number,
): Promise<Message> {
  const { id } = message;
  const sizeBytes = Math.min(message.sizeBytes, maxBytes);
  if (sizeBytes <= AT_ONCE_BYTES) return calls.message({ profileId, id, maxBytes });
  const payload = new Uint8Array(sizeBytes);
  for (let start = 0; start < sizeBytes;) {
    const bytes = Math.min(PAYLOAD_PART_BYTES, sizeBytes - start);
    const part = await calls.payloadPart({ profileId, id, start, bytes });
    if (part.length === 0) break;
    payload.set(part, start);
    start += part.length;
  }
  return { ...message, payload };
}
