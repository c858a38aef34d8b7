import type { ProfileFields } from '../profile';

/** The same for two profiles that lead to the same broker as the same user. */
export function connectionKey(
  fields: Pick<ProfileFields, 'protocol' | 'host' | 'port' | 'path' | 'username'>,
): string {
  const path = fields.protocol.startsWith('ws') ? fields.path : '';
  return JSON.stringify([
    fields.protocol,
    fields.host.toLowerCase(),
    fields.port,
    path,
    fields.username,
  ]);
}
