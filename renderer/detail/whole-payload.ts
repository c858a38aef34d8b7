import type { Message } from '../../app/contract';
import { PAYLOAD_PART_BYTES } from '../../app/contract-payload';
import { makesSenseWhole } from '../../app/payload/whole-only';
import type { EngineClient } from '../../app/rpc/client';

/** What is sent of a payload unasked; more on request. */
export const SHOWN_BYTES = 256 * 1024;
/** The most that comes at once: more would hold up the window while it is copied. */
export const AT_ONCE_BYTES = 2 * 1024 * 1024;

/** Of a picture of a camera, a packed document the beginning alone shows nothing. */
export function isWorthMore({ payload, sizeBytes }: Message): boolean {
  return payload.length < sizeBytes && sizeBytes <= AT_ONCE_BYTES && makesSenseWhole(payload);
}

/** A stored message with as much of its payload as is shown unasked. @throws LoupeError when it is gone */
export async function openedMessage(
  { calls }: EngineClient,
  profileId: string,
  id: number,
): Promise<Message> {
  const message = await calls.message({ profileId, id, maxBytes: SHOWN_BYTES });
  if (!isWorthMore(message)) return message;
  return calls.message({ profileId, id, maxBytes: AT_ONCE_BYTES });
}

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
