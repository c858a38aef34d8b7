import type { BrowserWindow } from 'electron';
import { writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

export interface Summary {
  readonly topics: number;
  readonly received: number;
  readonly stored: number;
}

const POLL_MS = 250;
/** The tree has filled when no new topic came for so long. */
const SETTLED_MS = 2_000;
const TIMEOUT_MS = 60_000;
/** A last moment for fonts, rates and sparklines. */
const REST_MS = 1_500;

/** Waits until the tree has filled, writes a picture of the window and returns what was seen until then. */
export async function takeScreenshot(
  window: BrowserWindow,
  file: string,
  summary: () => Promise<Summary>,
): Promise<Summary> {
  await settled(summary);
  await wait(REST_MS);
  // Frames come only to a page that paints; asking twice makes sure that the picture is a new one.
  await window.webContents.capturePage();
  const image = await window.webContents.capturePage();
  await writeFile(file, image.toPNG());
  return await summary();
}

async function settled(summary: () => Promise<Summary>): Promise<void> {
  const begun = Date.now();
  let topics = 0;
  let changedAt = begun;
  while (Date.now() - begun < TIMEOUT_MS) {
    const now = await summary();
    if (now.topics !== topics) changedAt = Date.now();
    topics = now.topics;
    if (topics > 0 && Date.now() - changedAt >= SETTLED_MS) return;
    await wait(POLL_MS);
  }
  if (topics === 0)
    throw new Error('No topic arrived within a minute, so there is nothing to show.');
}
