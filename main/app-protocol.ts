import { protocol } from 'electron';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

export const APP_ORIGIN = 'app://loupe';

const TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.woff2', 'font/woff2'],
  ['.json', 'application/json'],
]);

/** To be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/** Serves the page's files, and nothing else, with a content security policy in the header. */
export function serveApp(folder: string): void {
  protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    const file = normalize(join(folder, decodeURIComponent(url.pathname)));
    const type = TYPES.get(extname(file));
    if (
      `${url.protocol}//${url.host}` !== APP_ORIGIN ||
      request.method !== 'GET' ||
      !file.startsWith(folder + sep) ||
      !type
    ) {
      return new Response('Not found', { status: 404 });
    }
    try {
      return await respond(file, type);
    } catch {
      // Nothing there: the page asked for a file that the build did not make.
      return new Response('Not found', { status: 404 });
    }
  });
}

async function respond(file: string, type: string): Promise<Response> {
  const bytes = await readFile(file);
  const headers = { 'content-type': type, 'x-content-type-options': 'nosniff' };
  if (!type.startsWith('text/html')) return new Response(new Uint8Array(bytes), { headers });
  // The editor makes style elements of its own: each page load gets a nonce that only it knows.
  const nonce = randomBytes(16).toString('base64');
  return new Response(bytes.toString('utf8').replaceAll('__CSP_NONCE__', nonce), {
    headers: { ...headers, 'content-security-policy': policy(nonce) },
  });
}

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    // Positions that components compute; a style attribute can't load or run anything.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
