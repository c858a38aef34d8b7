import { basename, dirname, join } from 'node:path';
import { distDir, root } from './paths.mjs';

/**
 * The Vite configuration of one Node program.
 * @param {{source: string, output: string}} entry
 * @param {{watch?: boolean, mode?: string}} [options]
 * @returns {import('vite').InlineConfig}
 */
export function nodeConfig(entry, { watch = false, mode = 'production' } = {}) {
  const output = join(distDir, entry.output);
  return {
    configFile: false,
    root,
    mode,
    logLevel: 'warn',
    publicDir: false,
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    ssr: { noExternal: true, external: ['electron', 'better-sqlite3'], target: 'node' },
    build: {
      ssr: join(root, entry.source),
      // The oldest runtime this has to run in.
      target: 'node20',
      outDir: dirname(output),
      emptyOutDir: false,
      minify: false,
      sourcemap: true,
      watch: watch ? {} : null,
      rolldownOptions: {
        external: ['electron', 'better-sqlite3'],
        // On a busy machine every build would be told to be slow.
        checks: { bundlerTimings: false, pluginTimings: false },
        output: {
          format: 'cjs',
          entryFileNames: basename(output),
          codeSplitting: false,
        },
      },
    },
  };
}
