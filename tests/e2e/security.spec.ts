import { expect, test } from '@playwright/test';
import type {} from '../../renderer/shell-client';
import { launchApp, type LaunchedApp } from '../helpers/electron';

let launched: LaunchedApp;

test.beforeAll(async () => {
  launched = await launchApp();
});
test.afterAll(async () => {
  await launched.close();
});

test('the page comes from app:// with a policy that allows nothing by default', async () => {
  const { window: page } = launched;
  expect(page.url()).toBe('app://loupe/index.html');
  const policy = await launched.app.evaluate(async ({ net }) => {
    const response = await net.fetch('app://loupe/index.html');
    return response.headers.get('content-security-policy');
  });
  expect(policy).toMatch(/^default-src 'none';/);
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('unsafe-eval');
  const answers = await launched.app.evaluate(async ({ net }) => {
    const paths = [
      '/../main/main.cjs',
      '/%2e%2e/main/main.cjs',
      '/..%2fmain%2fmain.cjs',
      '/missing.js',
    ];
    return await Promise.all(
      paths.map(async (path) => (await net.fetch(`app://loupe${path}`)).status),
    );
  });
  expect(answers).toEqual([404, 404, 404, 404]);
});

test('the page runs isolated, sandboxed and without Node', async () => {
  const { window: page, app } = launched;
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    const { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity } =
      contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity };
  });
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    webSecurity: true,
  });
  const globals = await page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', '__dirname'].filter((name) => name in globalThis),
  );
  expect(globals).toEqual([]);
  expect(await page.evaluate(() => Object.keys(window.shell).sort())).toEqual([
    'call',
    'onEvent',
    // The path of a file that was dropped on the window.
    'pathOf',
    'ready',
  ]);
});

test('scripts from text do not run', async () => {
  const { window: page } = launched;
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.injected = true');
    image.src = 'data:,';
    document.body.append(image);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const evaluated = await new Promise<boolean>((resolve) => {
      addEventListener('securitypolicyviolation', () => {
        resolve(false);
      });
      const worker = document.createElement('script');
      worker.src = 'data:text/javascript,window.injected=true';
      worker.onload = () => {
        resolve(true);
      };
      document.body.append(worker);
    });
    script.remove();
    image.remove();
    return { injected: 'injected' in window, evaluated };
  });
  expect(ran.injected).toBe(false);
  expect(ran.evaluated).toBe(false);
});

test('nothing leads the window away', async () => {
  const { window: page, app } = launched;
  await app.evaluate(({ dialog }) => {
    const seen: string[] = [];
    (globalThis as unknown as { asked: string[] }).asked = seen;
    // The person's answer is the one thing that can't be real here: they cancel.
    dialog.showMessageBox = ((_window: unknown, options: { detail?: string }) => {
      seen.push(options.detail ?? '');
      return Promise.resolve({ response: 1, checkboxChecked: false });
    }) as unknown as typeof dialog.showMessageBox;
  });
  await page.evaluate(() => {
    window.open('https://example.com/');
    window.location.href = 'https://example.com/';
  });
  await page.waitForTimeout(300);
  expect(page.url()).toBe('app://loupe/index.html');
  expect(launched.app.windows()).toHaveLength(1);
  const asked = await app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);
  expect(asked).toEqual(['https://example.com/']);
});

test('permissions are denied', async () => {
  const { window: page } = launched;
  const states = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read'];
    const results = await Promise.all(
      names.map((name) => navigator.permissions.query({ name: name as PermissionName })),
    );
    return results.map((one) => one.state);
  });
  expect(states).toEqual(['denied', 'denied', 'denied', 'denied', 'denied']);
});

test('the shell refuses a frame that is not the window itself, and arguments that do not fit', async () => {
  const { window: page, app } = launched;
  const refusal = await page.evaluate(() =>
    window.shell.call('openLink', { url: 'file:///etc/passwd' }),
  );
  expect(refusal).toMatchObject({ ok: false, error: { code: 'invalid-argument' } });
  expect(await page.evaluate(() => window.shell.call('constructor', undefined))).toMatchObject({
    ok: false,
    error: { code: 'unknown-method' },
  });
  expect(await page.evaluate(() => window.shell.call('copyText', { text: 5 }))).toMatchObject({
    ok: false,
    error: { code: 'invalid-argument' },
  });

  const stranger = await app.evaluate(async ({ app: electron, BrowserWindow }) => {
    const other = new BrowserWindow({
      show: false,
      webPreferences: {
        preload: `${electron.getAppPath()}/dist/main/preload.cjs`,
        sandbox: true,
        contextIsolation: true,
      },
    });
    await other.loadURL('app://loupe/index.html');
    const reply: unknown = await other.webContents.executeJavaScript(
      "window.shell.call('startup', undefined)",
    );
    other.destroy();
    return reply;
  });
  expect(stranger).toMatchObject({ ok: false, error: { code: 'forbidden' } });
});
