import type { ConnectionsSource, FoundConnections } from '../../app/contract-move-in';
import { formatCountOf } from '../../app/payload/format';

/** `3 connections of MQTT Explorer` */
export function foundWords({ program, connections }: FoundConnections): string {
  return `${formatCountOf(connections, 'connection', 'connections')} of ${program}`;
}

export function sourceOf({ path }: FoundConnections): ConnectionsSource {
  return path === null ? { kind: 'environment' } : { kind: 'file', path };
}

/** Where connections come from, as the dialog says it. */
export function sourceWords(source: ConnectionsSource): string {
  if (source.kind === 'file') return source.path;
  return source.kind === 'text' ? 'Pasted text' : 'Variables of the environment';
}
