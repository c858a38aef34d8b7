/** A CPU profile of the page while something is measured in it, for Chromium's DevTools. */
import type { Page } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How often the page is looked at, µs. */
const INTERVAL_MICROS = 200;

/** Does the work; with a folder, `<name>.cpuprofile` in it says where the page's processor time went meanwhile. */
export async function withPageProfile<Result>(
  window: Page,
  { folder, name }: { readonly folder: string | null; readonly name: string },
  work: () => Promise<Result>,
): Promise<Result> {
  if (folder === null) return await work();
  const inspector = await window.context().newCDPSession(window);
  try {
    await inspector.send('Profiler.enable');
    await inspector.send('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS });
    await inspector.send('Profiler.start');
    const result = await work();
    const { profile } = await inspector.send('Profiler.stop');
    await writeFile(join(folder, `${name}.cpuprofile`), JSON.stringify(profile));
    return result;
  } finally {
    await inspector.detach();
  }
}
