// Takes the README's pictures from the real app, on a virtual display so that they are the same everywhere.
// Usage: npm run pictures
import { join } from 'node:path';
import { withVirtualDisplay } from './display.mjs';
import { pinnedNode, root } from './paths.mjs';
import { pathWithTools, preparePackages } from './pinned-node.mjs';
import { run } from './process.mjs';
import { main } from './report.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  const code = await preparePackages(import.meta.filename);
  if (code !== undefined) return code;
  await setUp({ tests: true });
  const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const args = [
    playwright,
    'test',
    '--config',
    'build/pictures.config.mjs',
    ...process.argv.slice(2),
  ];
  return await withVirtualDisplay(async (display) => {
    const env = { ...process.env, PATH: pathWithTools(), ...display };
    return (await run(pinnedNode, args, { cwd: root, show: true, env })).code;
  });
});
