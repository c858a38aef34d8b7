/** Where other programs keep their connections on this kind of computer. */
export const PROGRAMS = ['MQTT Explorer', 'MQTTX', 'mosquitto', 'mqttui', 'MQTT Loupe'] as const;
export type Program = (typeof PROGRAMS)[number];

export interface UsualPlace {
  readonly program: Program;
  readonly path: string;
}

export interface Surroundings {
  /** As `process.platform`. */
  readonly platform: string;
  /** The person's folder. */
  readonly home: string;
  readonly environment: ReadonlyMap<string, string>;
}

export function usualPlaces(surroundings: Surroundings): readonly UsualPlace[] {
  const { platform, home, environment } = surroundings;
  const join = (...parts: readonly string[]): string =>
    parts.join(platform === 'win32' ? '\\' : '/');
  const folders = appFolders(surroundings, join);
  const mosquitto =
    platform === 'win32'
      ? join(home, 'mosquitto_sub.conf')
      : join(environment.get('XDG_CONFIG_HOME') ?? join(home, '.config'), 'mosquitto_sub');
  return [
    ...folders('MQTT-Explorer', 'mqtt-explorer').map((folder): UsualPlace => ({
      program: 'MQTT Explorer',
      path: join(folder, 'settings.json'),
    })),
    ...folders('MQTTX', 'mqttx').map((folder): UsualPlace => ({
      program: 'MQTTX',
      path: join(folder, 'MQTTX.db'),
    })),
    { program: 'mosquitto', path: mosquitto },
  ];
}

/** Folders of an Electron program; on Linux it may come as a snap, which has a home of its own. */
function appFolders(
  { platform, home, environment }: Surroundings,
  join: (...parts: readonly string[]) => string,
): (name: string, snap: string) => readonly string[] {
  if (platform === 'win32') {
    const roaming = environment.get('APPDATA') ?? join(home, 'AppData', 'Roaming');
    return (name) => [join(roaming, name)];
  }
  if (platform === 'darwin') {
    return (name) => [join(home, 'Library', 'Application Support', name)];
  }
  const config = environment.get('XDG_CONFIG_HOME') ?? join(home, '.config');
  return (name, snap) => [join(config, name), join(home, 'snap', snap, 'current', '.config', name)];
}
