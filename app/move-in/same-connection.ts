import type { ProfileFields } from '../profile';

/** The same for two profiles that lead to the same broker as the same user. */
export function connectionKey(
  fields: Pick<ProfileFields, 'protocol' | 'host' | 'port' | 'path' | 'socketPath' | 'username'>,
): string {
  if (fields.protocol === 'unix') return JSON.stringify([fields.socketPath, fields.username]);
  const path = fields.protocol.startsWith('ws') ? fields.path : '';
  return JSON.stringify([
    fields.protocol,
    fields.host.toLowerCase(),
    fields.port,
    path,
    fields.username,
  ]);
}
