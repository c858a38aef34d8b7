// The layers: who may import whom. The table is in CONTRIBUTING.md; tests/unit/layers.test.ts proves that a broken
// rule is found.
'use strict';

/** Packages that need a process of their own kind: nothing for the core, nothing for the page. */
const processPackages =
  '^node_modules/(electron|better-sqlite3|mqtt|aedes|ws|protobufjs|avsc|cbor-x)(/|$)';
const pagePackages =
  '^node_modules/(svelte|bits-ui|runed|@lucide|codemirror|@codemirror|@lezer|@fontsource-variable)(/|$)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'app-imports-nothing-of-ours',
      comment: 'app/ is the core that knows no process.',
      severity: 'error',
      from: { path: '^app/' },
      to: { path: '^(main|renderer|build|tests)/' },
    },
    {
      name: 'app-knows-no-process',
      comment: 'No Node, no Electron, no page in app/.',
      severity: 'error',
      from: { path: '^app/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'app-uses-pure-packages',
      comment: 'app/ runs in every process, so its packages must too.',
      severity: 'error',
      from: { path: '^app/' },
      to: { path: [processPackages, pagePackages] },
    },
    {
      name: 'main-forks-the-engine',
      comment: 'main/ starts the engine by its path and never imports it, nor the renderer.',
      severity: 'error',
      from: { path: '^main/', pathNot: '^main/(engine|cli)/' },
      to: { path: '^(main/(engine|cli)|renderer|build|tests)/' },
    },
    {
      name: 'engine-runs-in-plain-node',
      comment:
        'main/engine/ runs without a window: only app/, main/files/ and itself, no Electron.',
      severity: 'error',
      from: { path: '^main/engine/' },
      to: {
        path: [
          '^(main/(?!engine/|files/)|renderer/|build/|tests/)',
          '^node_modules/electron(/|$)',
          '^electron$',
        ],
      },
    },
    {
      name: 'files-is-plain-node',
      comment: 'main/files/ is used by main and by the engine: app/ and itself, no Electron.',
      severity: 'error',
      from: { path: '^main/files/' },
      to: { path: ['^(main/(?!files/)|renderer/|build/|tests/)', '^node_modules/electron(/|$)'] },
    },
    {
      name: 'cli-is-the-engine-without-a-window',
      severity: 'error',
      from: { path: '^main/cli/' },
      to: {
        path: [
          '^(main/(?!engine/|cli/|files/)|renderer/|build/|tests/)',
          '^node_modules/electron(/|$)',
          '^electron$',
        ],
      },
    },
    {
      name: 'renderer-imports-app-only',
      comment: 'The renderer is sandboxed: app/ and itself.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(main|build|tests)/' },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-uses-page-packages',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: [processPackages, '^electron$'] },
    },
    {
      name: 'sqlite-stays-in-the-history',
      comment: 'No SQL and no SQLite type outside the history folder.',
      severity: 'error',
      from: { path: '^(app|main|renderer)/', pathNot: '^main/engine/history/' },
      to: { path: '^node_modules/(@types/)?better-sqlite3(/|$)' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: { path: '^(app|main|renderer)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^(app|main|renderer)/' },
      to: { couldNotResolve: true, pathNot: '\\?raw$' },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'node', 'default'],
      extensions: ['.ts', '.svelte', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
