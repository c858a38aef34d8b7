import { svelte } from '@sveltejs/vite-plugin-svelte';
import { dirname, join } from 'node:path';
import { rendererEntry } from './entries.mjs';
import { distDir, root } from './paths.mjs';

/**
 * The Vite configuration of the renderer.
 * @param {{mode?: string}} [options]
 * @returns {import('vite').InlineConfig}
 */
export function rendererConfig({ mode = 'production' } = {}) {
  return {
    configFile: false,
    root: join(root, dirname(rendererEntry)),
    // Relative, so that the page works at the top of `app://` and of the development server.
    base: './',
    mode,
    logLevel: 'warn',
    publicDir: false,
    plugins: [svelte({ configFile: false })],
    resolve: { conditions: ['svelte', 'browser', 'module', 'import', 'default'] },
    build: {
      // The oldest Chromium this has to run in.
      target: 'chrome130',
      outDir: join(distDir, 'renderer'),
      emptyOutDir: true,
      // The content security policy allows no `data:` fonts or styles.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      sourcemap: true,
      chunkSizeWarningLimit: 4096,
      // On a busy machine every build would be told to be slow.
      rolldownOptions: { checks: { bundlerTimings: false, pluginTimings: false } },
    },
  };
}
