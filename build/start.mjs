// Sets up, builds and starts the app.
// Usage: npm start -- [--demo] [--connect URL] [--profile NAME] [--screenshot FILE.png]
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasDisplay, withVirtualDisplay } from './display.mjs';
import { callerDir, root } from './paths.mjs';
import { preparePackages } from './pinned-node.mjs';
import { run } from './process.mjs';
import { main, note } from './report.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  const code = await preparePackages(import.meta.filename);
  if (code !== undefined) return code;
  const { runtime } = await setUp();
  const args = process.argv.slice(2);
  if (hasDisplay()) return startApp(runtime, args, {});
  if (!args.some((arg) => arg === '--screenshot' || arg.startsWith('--screenshot='))) {
    note('There is no display here: showing the demo on a virtual one and saving a picture of it.');
    note('npm start -- --demo --screenshot demo.png');
    args.splice(0, args.length, '--demo', '--screenshot', 'demo.png');
  }
  return withVirtualDisplay((env) => startApp(runtime, args, env));
});

async function startApp(runtime, args, displayEnv) {
  const env = { ...process.env, ...runtime.env, ...displayEnv };
  // Set in editors' terminals that are Electron apps themselves: it would make ours a plain Node.js.
  delete env.ELECTRON_RUN_AS_NODE;
  const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  warnOfMissingSandbox(runtime, switches);
  const { code } = await run(runtime.electronPath, [...switches, root, ...args], {
    cwd: callerDir,
    env,
    show: true,
  });
  return code;
}

/** Some systems forbid user namespaces; Chromium then needs its set-uid helper, and ends without it. */
function warnOfMissingSandbox(runtime, switches) {
  if (process.platform !== 'linux' || switches.length > 0) return;
  const helper = join(dirname(runtime.electronPath), 'chrome-sandbox');
  if (!existsSync(helper)) return;
  const { mode, uid } = statSync(helper);
  if (uid === 0 && (mode & 0o4000) !== 0) return;
  if (
    readSwitch('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') !== '1' &&
    readSwitch('/proc/sys/kernel/unprivileged_userns_clone') !== '0'
  ) {
    return;
  }
  note(
    "This system keeps programs from making a sandbox. If the window does not open, allow Electron's own:",
  );
  note(`sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`);
}

function readSwitch(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
