/** TLS and proxy of another program as ours, with words for what comes along and what stays. */
import { DEFAULT_PROXY, type ProxySettings } from '../profile-network';
import { DEFAULT_TLS, TLS_VERSIONS, type TlsFile, type TlsSettings } from '../profile-tls';
import { isControl } from '../profile-fields';
import type { ImportedFile, ImportedProxy, ImportedTls } from './imported-profile';

/** Whether a file is here, or what stands for it in the settings is a certificate or key; the importer looks. */
export type IsUsable = (file: ImportedFile) => boolean;

/** What is in the settings of the other program itself is copied when it moves in; see `tlsContents`. */
function usable(file: ImportedFile | null, isUsable: IsUsable): TlsFile | null {
  if (file === null || !isUsable(file)) return null;
  return { path: file.kind === 'file' ? file.path : nameOf(file), copy: null };
}

function nameOf({ name }: Extract<ImportedFile, { kind: 'data' }>): string {
  const plain = [...name].filter((character) => !isControl(character)).join('');
  return plain.slice(0, 255) || 'certificate';
}

/** Contents (Base64) of files that stand nowhere, in the places of `tlsOf`; null for those that do. */
export interface TlsContents {
  readonly authorities: readonly (string | null)[];
  readonly certificate: string | null;
  readonly key: string | null;
}

export function tlsContents(tls: ImportedTls | null, isUsable: IsUsable): TlsContents {
  const content = (file: ImportedFile | null): string | null =>
    file?.kind === 'data' && isUsable(file) ? file.base64 : null;
  const authorities = (tls?.authorities ?? []).filter(isUsable).map(content);
  return {
    authorities,
    certificate: content(tls?.certificate ?? null),
    key: content(tls?.key ?? null),
  };
}

export function hasContents({ authorities, certificate, key }: TlsContents): boolean {
  return [...authorities, certificate, key].some((content) => content !== null);
}

const isProtocol = (name: string): boolean => /^[\x21-\x7e]{1,255}$/u.test(name);
const isCipherList = (text: string): boolean => /^[\w:+!@=.-]{0,2000}$/u.test(text);

export function tlsOf(tls: ImportedTls | null, isUsable: IsUsable): TlsSettings {
  if (tls === null) return DEFAULT_TLS;
  const authorities = tls.authorities.map((file) => usable(file, isUsable));
  return {
    ...DEFAULT_TLS,
    trust: tls.validates ? 'authorities' : 'anything',
    authorities: authorities.filter((file) => file !== null),
    certificate: usable(tls.certificate, isUsable),
    key: usable(tls.key, isUsable),
    keepsCopies: hasContents(tlsContents(tls, isUsable)),
    alpn: tls.alpn.filter(isProtocol).slice(0, 10),
    ciphers: isCipherList(tls.ciphers) ? tls.ciphers : '',
    minimumVersion: TLS_VERSIONS.find((one) => one === tls.version) ?? DEFAULT_TLS.minimumVersion,
  };
}

export function proxyOf(proxy: ImportedProxy | null): ProxySettings {
  if (proxy === null) return DEFAULT_PROXY;
  const { host, port, username } = proxy;
  return { ...DEFAULT_PROXY, mode: 'socks5', host, port, username };
}

export function tlsThatComes(tls: ImportedTls | null, isUsable: IsUsable): string[] {
  if (tls === null) return [];
  const settings = tlsOf(tls, isUsable);
  const files = [...settings.authorities, settings.certificate, settings.key];
  return [
    ...(tls.validates ? [] : ['certificates are not checked']),
    ...(files.some((file) => file !== null) ? ['certificates'] : []),
    ...(settings.key !== null && tlsContents(tls, isUsable).key !== null
      ? ['key of the client certificate']
      : []),
    ...(settings.alpn.length === 0 ? [] : ['ALPN']),
  ];
}

export function tlsThatStays(tls: ImportedTls | null, isUsable: IsUsable): string[] {
  if (tls === null) return [];
  const file = (what: string, one: ImportedFile | null): string[] =>
    one === null || usable(one, isUsable) !== null ? [] : [fileWords(what, one)];
  return [
    ...tls.authorities.flatMap((one) => file('certificate of the authority', one)),
    ...file('client certificate', tls.certificate),
    ...file('key of the client certificate', tls.key),
    ...(isCipherList(tls.ciphers) ? [] : ['list of ciphers']),
  ];
}

function fileWords(what: string, file: ImportedFile): string {
  if (file.kind === 'file') return `${what} ${file.path}: the file is missing`;
  return `${what} ${file.name}: it is no certificate or key; choose its file in the settings`;
}
