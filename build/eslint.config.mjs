import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The only files that touch the raw message passing; everybody else uses the contract's clients and servers. */
export const messagePassingFiles = [
  'app/rpc/*.ts',
  'main/shell-server.ts',
  'main/preload.ts',
  'main/engine-process.ts',
  'main/engine/engine.ts',
  'main/engine/history/calling-thread.ts',
  'main/engine/history/reader*.ts',
  'main/engine/history/search/search-worker.ts',
  'main/engine/history/writer*.ts',
  'main/engine/history/job*.ts',
  'main/engine/files/files-*.ts',
  'main/engine/charts/chart-thread.ts',
  'main/engine/charts/chart-worker.ts',
  'main/engine/decoding/decoding-*.ts',
  'main/engine/move-in/move-in-worker.ts',
  'main/engine/demo/*.ts',
  'main/engine/replay/source-*.ts',
  'renderer/engine-client.ts',
  'renderer/shell-client.ts',
];

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: a default export has another name in every file.',
};

const noRawMarkup = {
  selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]',
  message: 'What comes from outside is text, never markup.',
};

const rawMessage =
  'Raw message passing belongs into the wrapper files only (see messagePassingFiles): use the contract.';
const noRawMessages = [
  {
    selector: 'ImportSpecifier[imported.name=/^(ipcMain|ipcRenderer)$/]',
    message: rawMessage,
  },
  { selector: 'MemberExpression[property.name=/^(ipcMain|ipcRenderer)$/]', message: rawMessage },
  { selector: 'CallExpression[callee.property.name="postMessage"]', message: rawMessage },
  { selector: 'CallExpression[callee.name="postMessage"]', message: rawMessage },
];

const noUnsafe = (severity) =>
  Object.fromEntries(
    ['argument', 'assignment', 'call', 'member-access', 'return'].map((what) => [
      `@typescript-eslint/no-unsafe-${what}`,
      severity,
    ]),
  );

const productFiles = ['app/**', 'main/**', 'renderer/**'];

export default tseslint.config(
  { ignores: ['**/*.d.ts', 'dist/**', 'test-results/**'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Walking up from a node begins with `let node = this`.
      '@typescript-eslint/no-this-alias': 'off',
      // Handlers of an interface may be asynchronous in name only.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
    },
  },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: true,
        extraFileExtensions: ['.svelte'],
        parser: tseslint.parser,
      },
    },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/button-has-type': 'error',
      // The links are the app's own; there is no router.
      'svelte/no-navigation-without-resolve': 'off',
      // State is `$state.raw` in classes: what is inside is replaced or announced on purpose.
      'svelte/prefer-svelte-reactivity': 'off',
      // svelte-check knows better which warnings there are.
      'svelte/no-unused-svelte-ignore': 'off',
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all' }],
    },
  },
  {
    // ESLint does not see the types of imported components; svelte-check does.
    files: ['**/*.svelte'],
    rules: noUnsafe('off'),
  },
  {
    files: productFiles,
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noRawMarkup, ...noRawMessages] },
  },
  {
    files: messagePassingFiles,
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noRawMarkup] },
  },
  {
    files: ['tests/**'],
    rules: {
      ...noUnsafe('off'),
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: globals.node },
  },
  {
    // The tools want a default export from their configuration.
    files: ['build/*.config.mjs'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
