// Packages the app as a folder that starts: dist/package/<platform>-unpacked.
// Usage: npm run package [-- --release | --test]
//   --release  for people: refuses the stand-in runtime
//   --test     lets a debugger (Playwright) into the packaged app
import { join, relative } from 'node:path';
import { readdir } from 'node:fs/promises';
import { distDir, root } from './paths.mjs';
import { preparePackages } from './pinned-node.mjs';
import { main, passed, SetupError, step } from './report.mjs';
import { setUp } from './setup.mjs';

/** @param {import('./runtime.mjs').Runtime} runtime */
function configuration(runtime, { test }) {
  return {
    extends: join(root, 'electron-builder.yml'),
    electronDist: runtime.dist,
    electronVersion: runtime.version,
    ...(runtime.sqlite ? { files: ['!node_modules/better-sqlite3/**', driverOf(runtime)] } : {}),
    electronFuses: {
      enableNodeCliInspectArguments: test,
      // Linux has no place for the sum yet.
      enableEmbeddedAsarIntegrityValidation: process.platform !== 'linux',
    },
  };
}

/** The stand-in's own driver, with the packages it needs, in the place of the npm package. */
function driverOf(runtime) {
  return { from: join(runtime.sqlite, '..'), to: 'node_modules' };
}

await main(async () => {
  const code = await preparePackages(import.meta.filename);
  if (code !== undefined) return code;
  const release = process.argv.includes('--release');
  const test = process.argv.includes('--test');
  if (release && test) throw new SetupError('A release lets no debugger in: --release or --test.');
  const { runtime } = await setUp();
  if (release && runtime.isFallback) {
    throw new SetupError(
      `A release is made with Electron's own binary; here is only the stand-in ${runtime.version}. ` +
        'On a network that reaches its downloads run: npm run setup -- --retry',
    );
  }
  await step('package', () => pack(configuration(runtime, { test })));
  const folders = await readdir(join(distDir, 'package'), { withFileTypes: true });
  for (const folder of folders.filter((entry) => entry.isDirectory())) {
    passed(relative(root, join(distDir, 'package', folder.name)));
  }
  return 0;
});

async function pack(config) {
  const { build } = await import('electron-builder');
  try {
    await build({ projectDir: root, dir: true, publish: 'never', config });
  } catch (error) {
    throw new SetupError(`Packaging failed.\n${error.message}`);
  }
}
