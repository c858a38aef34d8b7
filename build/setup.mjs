// Everything that is needed before the app can start: npm packages, the Electron runtime, Debian packages, the
// bundles. Quick when nothing changed; run it again after an interruption.
// Usage: npm run setup [-- --retry]   (--retry: ask for Electron's own binary again)
import { ensureBuild } from './bundle.mjs';
import { ensureDebianPackages, tryDebianPackages } from './debian.mjs';
import { hasDisplay } from './display.mjs';
import { alone } from './lock.mjs';
import { isScript } from './paths.mjs';
import { preparePackages } from './pinned-node.mjs';
import { main, passed } from './report.mjs';
import { ensureRuntime } from './runtime.mjs';

/**
 * Prepares the runtime and the bundles (the npm packages are there already).
 * @param {{retry?: boolean, tests?: boolean, build?: boolean}} [options]
 * @returns {Promise<{runtime: import('./runtime.mjs').Runtime, hasSystemPackages: boolean}>}
 */
export async function setUp({ retry = false, tests = false, build = true } = {}) {
  return alone(async () => {
    const sets = ['window'];
    if (!hasDisplay()) sets.push('virtualDisplay');
    if (tests) sets.push('tests');
    const hasSystemPackages = await ensureDebianPackages(sets);
    if (tests) await tryDebianPackages(['otherBrokers']);
    const runtime = await ensureRuntime({ retry });
    if (build) await ensureBuild();
    return { runtime, hasSystemPackages };
  });
}

if (isScript(import.meta.url)) {
  await main(async () => {
    const code = await preparePackages(import.meta.filename);
    if (code !== undefined) return code;
    const { runtime, hasSystemPackages } = await setUp({ retry: process.argv.includes('--retry') });
    const kind = runtime.isFallback ? ', the stand-in: for tests and trying out' : '';
    passed(`ready: Electron ${runtime.version}${kind}`);
    return hasSystemPackages ? 0 : 1;
  });
}
