/** TLS and proxy of another program as ours, with words for what comes along and what stays. */
import { DEFAULT_PROXY, type ProxySettings } from '../profile-network';
import { DEFAULT_TLS, TLS_VERSIONS, type TlsFile, type TlsSettings } from '../profile-tls';
import type { ImportedFile, ImportedProxy, ImportedTls } from './imported-profile';

/** Whether a file can be read on this computer; the importer asks the disk. */
export type FileExists = (path: string) => boolean;

/** A file that is here. What is in the settings of the other program itself would have to become one first. */
function usable(file: ImportedFile | null, exists: FileExists): TlsFile | null {
  return file?.kind === 'file' && exists(file.path) ? { path: file.path, copy: null } : null;
}

const isProtocol = (name: string): boolean => /^[\x21-\x7e]{1,255}$/u.test(name);
const isCipherList = (text: string): boolean => /^[\w:+!@=.-]{0,2000}$/u.test(text);

export function tlsOf(tls: ImportedTls | null, exists: FileExists): TlsSettings {
  if (tls === null) return DEFAULT_TLS;
  const authorities = tls.authorities.map((file) => usable(file, exists));
  return {
    ...DEFAULT_TLS,
    trust: tls.validates ? 'authorities' : 'anything',
    authorities: authorities.filter((file) => file !== null),
    certificate: usable(tls.certificate, exists),
    key: usable(tls.key, exists),
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

export function tlsThatComes(tls: ImportedTls | null, exists: FileExists): string[] {
  if (tls === null) return [];
  const settings = tlsOf(tls, exists);
  const files = [...settings.authorities, settings.certificate, settings.key];
  return [
    ...(tls.validates ? [] : ['certificates are not checked']),
    ...(files.some((file) => file !== null) ? ['certificates'] : []),
    ...(settings.alpn.length === 0 ? [] : ['ALPN']),
  ];
}

export function tlsThatStays(tls: ImportedTls | null, exists: FileExists): string[] {
  if (tls === null) return [];
  const file = (what: string, one: ImportedFile | null): string[] =>
    one === null || usable(one, exists) !== null ? [] : [fileWords(what, one)];
  return [
    ...tls.authorities.flatMap((one) => file('certificate of the authority', one)),
    ...file('client certificate', tls.certificate),
    ...file('key of the client certificate', tls.key),
    ...(isCipherList(tls.ciphers) ? [] : ['list of ciphers']),
  ];
}

function fileWords(what: string, file: ImportedFile): string {
  if (file.kind === 'file') return `${what} ${file.path}: the file is missing`;
  return `${what} ${file.name}: choose its file in the settings`;
}
