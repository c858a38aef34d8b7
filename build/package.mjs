// Packages the app as a folder that starts: dist/package/<platform>-unpacked.
// Usage: npm run package [-- --release | --test]
//   --release  for people: refuses the stand-in runtime
//   --test     lets a debugger (Playwright) into the packaged app
import { cp, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { distDir, root } from './paths.mjs';
import { preparePackages } from './pinned-node.mjs';
import { main, passed, SetupError, step } from './report.mjs';
import { setUp } from './setup.mjs';

/** The stand-in's driver is copied below the project, where electron-builder's patterns reach it. */
const driverDir = join(distDir, 'stand-in-driver');

/** @param {import('./runtime.mjs').Runtime} runtime */
async function configuration(runtime, { test }) {
  return {
    extends: join(root, 'electron-builder.yml'),
    electronDist: runtime.dist,
    electronVersion: runtime.version,
    ...(runtime.sqlite ? await withDriverOf(runtime) : {}),
    electronFuses: {
      enableNodeCliInspectArguments: test,
      // Linux has no place for the sum yet.
      enableEmbeddedAsarIntegrityValidation: process.platform !== 'linux',
    },
    afterPack: ({ appOutDir }) =>
      rm(join(appOutDir, 'resources', 'default_app.asar'), { force: true }),
  };
}

/** The stand-in's own driver, with the packages it needs, in the place of the npm package. */
async function withDriverOf(runtime) {
  await rm(driverDir, { recursive: true, force: true });
  await cp(dirname(runtime.sqlite), driverDir, { recursive: true });
  const from = relative(root, driverDir);
  return {
    files: ['!node_modules/better-sqlite3/**', { from, to: 'node_modules' }],
    asarUnpack: [`${from}/**`],
  };
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
  await step('package', () => pack(runtime, { test }));
  const folders = await readdir(join(distDir, 'package'), { withFileTypes: true });
  for (const folder of folders.filter((entry) => entry.isDirectory())) {
    passed(relative(root, join(distDir, 'package', folder.name)));
  }
  return 0;
});

async function pack(runtime, options) {
  const { build } = await import('electron-builder');
  const config = await configuration(runtime, options);
  try {
    await build({ projectDir: root, dir: true, publish: 'never', config });
  } catch (error) {
    throw new SetupError(`Packaging failed.\n${error.message}`);
  }
}
