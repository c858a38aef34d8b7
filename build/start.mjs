// Sets up, builds and starts the app.
// Usage: npm start -- [--demo] [--connect URL] [--profile NAME] [--screenshot FILE.png] [HISTORY.db …]
import { hasDisplay, withVirtualDisplay } from './display.mjs';
import { callerDir, root } from './paths.mjs';
import { preparePackages } from './pinned-node.mjs';
import { run } from './process.mjs';
import { main, note } from './report.mjs';
import { sandboxSwitches } from './sandbox.mjs';
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
  const switches = sandboxSwitches(runtime);
  // Chromium complains about everything that a bare virtual display lacks (a session bus, a GPU).
  if (displayEnv.DISPLAY) switches.push('--log-level=3');
  const { code } = await run(runtime.electronPath, [...switches, root, ...args], {
    cwd: callerDir,
    env,
    show: true,
  });
  return code;
}
