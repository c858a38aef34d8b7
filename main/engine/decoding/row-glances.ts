import type { GlanceRow } from '../../../app/contract-decoding';
import type { Decoded } from '../../../app/decoding/decoded';
import { previewOfDecoded } from '../../../app/decoding/decoded-preview';
import type { Preview } from '../../../app/payload/preview';

/** A row says the beginning; what is larger is decoded where it is read. */
const MOST_BYTES = 256 * 1024;
const PREVIEW_CHARS = 300;

export interface StoredGlances {
  glanceAt(profileId: string, row: GlanceRow, maxBytes: number): Promise<Decoded | null>;
}

/**
 * What the messages of a list are decoded as, one after the other, so that what a person reads never waits for more than one
 * of them. Never rejects: a row without an answer shows the bytes.
 */
export async function glancesAt(
  desk: StoredGlances,
  profileId: string,
  rows: readonly GlanceRow[],
): Promise<ReadonlyArray<Preview | null>> {
  /** Where one message took too long, the others of its topic are likely to do so, too. */
  const stuck = new Set<string>();
  const previews: (Preview | null)[] = [];
  for (const row of rows) {
    const decoded = stuck.has(row.topic) ? null : await glanceOf(desk, profileId, row, stuck);
    const isReadable = decoded !== null && decoded.problem === null;
    previews.push(isReadable ? previewOfDecoded(decoded, PREVIEW_CHARS) : null);
  }
  return previews;
}

async function glanceOf(
  desk: StoredGlances,
  profileId: string,
  row: GlanceRow,
  stuck: Set<string>,
): Promise<Decoded | null> {
  try {
    return await desk.glanceAt(profileId, row, MOST_BYTES);
  } catch {
    // Why it can't be decoded is said where the message is read.
    stuck.add(row.topic);
    return null;
  }
}
