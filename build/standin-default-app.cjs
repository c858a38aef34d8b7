// The default app of the stand-in runtime: loads the app whose folder is named on the command line, in the way
// Electron's own default app does it.
'use strict';
const { app } = require('electron');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const { folder, modules } = readArguments(process.argv.slice(1));
if (modules.length > 0) Module._preloadModules(modules);
if (folder === undefined) {
  process.stderr.write('Name the folder of an app.\n');
  app.exit(1);
} else {
  void load(path.resolve(folder));
}

/** The first argument that is no switch is the app; `-r module` is loaded before it. */
function readArguments(argv) {
  const modules = [];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index];
    if (argument === '-r' || argument === '--require') modules.push(argv[++index]);
    else if (!argument.startsWith('-')) return { folder: argument, modules };
  }
  return { folder: undefined, modules };
}

async function load(appFolder) {
  Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
  try {
    const manifestFile = path.join(appFolder, 'package.json');
    if (fs.existsSync(manifestFile)) {
      const manifest = JSON.parse(fs.readFileSync(manifestFile, 'utf8'));
      if (manifest.version) app.setVersion(manifest.version);
      app.name = manifest.productName ?? manifest.name ?? app.name;
      app.setDesktopName(manifest.desktopName ?? `${app.name}.desktop`);
    }
    const entry = Module._resolveFilename(appFolder, null, true);
    app.setAppPath(fs.existsSync(manifestFile) ? appFolder : path.dirname(entry));
    // A CommonJS entry must run before Electron is ready, as schemes are registered then; `import` would come too late.
    if (entry.endsWith('.cjs')) require(entry);
    else await import(pathToFileURL(entry).toString());
  } catch (error) {
    process.stderr.write(`The app could not be loaded: ${error?.stack ?? error}\n`);
    app.exit(1);
  }
}
