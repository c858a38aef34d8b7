/** The walls of the house stand: an import, a type or a call in the wrong layer is found by `npm run check`. */
import { ESLint } from 'eslint';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../build/paths.mjs';

const house = mkdtempSync(join(tmpdir(), 'mqtt-loupe-layers-'));
afterAll(() => rmSync(house, { recursive: true, force: true }));

function write(file: string, text: string): string {
  const path = join(house, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('an import across the layers is found', () => {
  /** [from, to, the broken rule] */
  const forbidden = [
    ['app/a.ts', '../main/main', 'app-imports-nothing-of-ours'],
    ['app/b.ts', '../renderer/page', 'app-imports-nothing-of-ours'],
    ['app/c.ts', 'node:fs', 'app-knows-no-process'],
    ['app/d.ts', 'electron', 'app-uses-pure-packages'],
    ['app/e.ts', 'svelte', 'app-uses-pure-packages'],
    ['main/a.ts', './engine/engine', 'main-forks-the-engine'],
    ['main/b.ts', '../renderer/page', 'main-forks-the-engine'],
    ['main/c.ts', 'better-sqlite3', 'sqlite-stays-in-the-history'],
    ['main/engine/a.ts', '../main', 'engine-runs-in-plain-node'],
    ['main/engine/b.ts', '../../renderer/page', 'engine-runs-in-plain-node'],
    ['main/engine/c.ts', 'electron', 'engine-runs-in-plain-node'],
    ['main/engine/mqtt/d.ts', 'better-sqlite3', 'sqlite-stays-in-the-history'],
    ['main/files/a.ts', '../main', 'files-is-plain-node'],
    ['main/files/b.ts', 'electron', 'files-is-plain-node'],
    ['renderer/a.ts', '../main/main', 'renderer-imports-app-only'],
    ['renderer/b.ts', '../main/engine/engine', 'renderer-imports-app-only'],
    ['renderer/c.ts', 'node:net', 'renderer-has-no-node'],
    ['renderer/d.ts', 'electron', 'renderer-uses-page-packages'],
    ['renderer/E.svelte', '../main/main', 'renderer-imports-app-only'],
  ] as const;
  const allowed = [
    ['main/ok.ts', '../app/core'],
    ['main/electron.ts', 'electron'],
    ['main/engine/ok.ts', '../../app/core'],
    ['main/engine/files.ts', '../files/file'],
    ['main/engine/node.ts', 'node:net'],
    ['main/engine/history/sqlite.ts', 'better-sqlite3'],
    ['renderer/ok.ts', '../app/core'],
    ['renderer/page-package.ts', 'svelte'],
  ] as const;
  const found = new Map<string, string[]>();

  beforeAll(() => {
    for (const name of ['electron', 'svelte', 'better-sqlite3']) {
      // Every path leads to one file: a compiled component imports from Svelte's insides.
      const exports = { '.': './index.js', './*': './index.js' };
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, exports }));
      write(`node_modules/${name}/index.js`, 'module.exports = {};');
    }
    write('tsconfig.json', '{ "compilerOptions": { "module": "ESNext" } }');
    for (const file of [
      'app/core',
      'main/main',
      'main/files/file',
      'main/engine/engine',
      'renderer/page',
    ]) {
      write(`${file}.ts`, 'export const thing = 1;');
    }
    for (const [from, to] of [...forbidden, ...allowed]) {
      const code = `import * as thing from '${to}';\nconsole.log(thing);\n`;
      write(from, from.endsWith('.svelte') ? `<script lang="ts">\n${code}</script>\n` : code);
    }
    for (const { from, rule } of cruise()) found.set(from, [...(found.get(from) ?? []), rule.name]);
  });

  test.each(forbidden)('%s must not import %s', (from, _to, rule) => {
    expect(found.get(from)).toEqual([rule]);
  });

  test.each(allowed)('%s may import %s', (from) => {
    expect(found.get(from)).toBeUndefined();
  });

  interface Violation {
    readonly from: string;
    readonly rule: { readonly name: string };
  }

  /** Runs the real tool with the real rules on the house of this test. */
  function cruise(): Violation[] {
    const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
    const rules = join(root, 'build/dependency-cruiser.cjs');
    const args = [tool, '--config', rules, '--output-type', 'json', 'app', 'main', 'renderer'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: house, encoding: 'utf8' });
    expect(stderr).toBe('');
    return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
  }
});

describe('a name of another process does not compile', () => {
  const cases = [
    ['app', 'process.exit(1)', "Cannot find name 'process'"],
    ['app', "document.title = 'x'", "Cannot find name 'document'"],
    ['app', 'setTimeout(() => 1, 1)', "Cannot find name 'setTimeout'"],
    ['app', 'Buffer.alloc(1)', "Cannot find name 'Buffer'"],
    ['main', "document.title = 'x'", "Cannot find name 'document'"],
    ['main/engine', "document.title = 'x'", "Cannot find name 'document'"],
    ['main/engine', 'export let x: Electron.App', "Cannot find namespace 'Electron'"],
    ['renderer', 'process.exit(1)', "Cannot find name 'process'"],
    ['renderer', 'Buffer.alloc(1)', "Cannot find name 'Buffer'"],
  ] as const;

  test.each(cases)('in %s/: %s', (folder, code, complaint) => {
    expect(compile(folder, code).join('\n')).toContain(complaint);
  });

  test('what every process has compiles in app/', () => {
    expect(compile('app', "new TextEncoder().encode('x')")).toEqual([]);
  });

  /** Type-checks one line as a file of a layer, with that layer's real settings. */
  function compile(folder: string, code: string): string[] {
    const layer = join(root, folder);
    const { config } = ts.readConfigFile(join(layer, 'tsconfig.json'), (file) =>
      ts.sys.readFile(file),
    ) as { config: unknown };
    const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, layer);
    const file = write(`compile/${folder}/line.ts`, `${code};\nexport {};\n`);
    const declarations = fileNames.filter((name) => name.endsWith('.d.ts'));
    // The packages are looked for from the layer, not from the house of this test.
    const program = ts.createProgram([file, ...declarations], {
      ...options,
      typeRoots: [join(root, 'node_modules/@types'), join(root, 'node_modules')],
    });
    return program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
  }
});

describe('lint forbids', () => {
  const eslint = new ESLint({
    cwd: root,
    overrideConfigFile: join(root, 'build/eslint.config.mjs'),
    // The files of this test do not exist, so the rules that need types cannot run on them.
    overrideConfig: [
      {
        ...tseslint.configs.disableTypeChecked,
        languageOptions: { parserOptions: { projectService: false } },
      },
    ],
  });

  async function complaints(file: string, code: string): Promise<(string | null)[]> {
    const [result] = await eslint.lintText(code, { filePath: join(root, file) });
    return result!.messages.map((message) => message.ruleId);
  }

  test.each([
    ['main/windows.ts', "import { ipcMain } from 'electron';\nipcMain.removeHandler('x');\n"],
    ['main/other-preload.ts', "import { ipcRenderer } from 'electron';\nvoid ipcRenderer;\n"],
    ['renderer/tree.ts', "window.postMessage('x', '*');\n"],
    ['renderer/Tree.svelte', "<script lang=\"ts\">\n  window.postMessage('x', '*');\n</script>\n"],
    ['main/engine/ingest.ts', 'process.parentPort.postMessage(1);\n'],
    ['renderer/view.ts', "document.body.innerHTML = 'x';\n"],
    ['app/topic.ts', 'export default 1;\n'],
  ])('raw messages, markup and default exports: %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual(['no-restricted-syntax']);
  });

  test('but the wrapper files may pass messages', async () => {
    const code = "import { ipcMain } from 'electron';\nipcMain.removeHandler('x');\n";
    expect(await complaints('main/shell-server.ts', code)).toEqual([]);
    expect(await complaints('app/rpc/client.ts', 'port.postMessage(1);\n')).toEqual([]);
  });

  test('text as markup in a component', async () => {
    const code =
      '<script lang="ts">\n  let { x }: { x: string } = $props();\n</script>\n{@html x}\n';
    expect(await complaints('renderer/Value.svelte', code)).toEqual(['svelte/no-at-html-tags']);
  });

  test('any', async () => {
    expect(await complaints('app/topic.ts', 'export const x: any = 1;\n')).toEqual([
      '@typescript-eslint/no-explicit-any',
    ]);
  });
});
