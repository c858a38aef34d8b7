import type { SecretName } from '../../app/secret';
import type { Surroundings } from './mqtt/surroundings';

export interface EngineOptions {
  /** The data folder. */
  readonly home: string;
  /** Asked at every attempt to connect; undefined when the profile has none of that name. */
  readonly secret: (profileId: string, name: SecretName) => Promise<string | undefined>;
  /** See `Surroundings`; the environment's proxies unless told. */
  readonly systemProxy?: Surroundings['systemProxy'];
  /** Keeps a secret that came with an import, or with null forgets it; without this, nothing can be imported with one. */
  readonly keepSecret?: (
    profileId: string,
    name: SecretName,
    value: string | null,
  ) => Promise<void>;
  /** The profiles that are (or should be) connected changed: who restarts the engine connects them again. */
  readonly onConnected: (profileIds: readonly string[]) => void;
  /** A profile is gone for good, with its history: its secrets can go too. */
  readonly onProfileGone: (profileId: string) => void;
  /** Something that a person should know, in words. */
  readonly warn: (message: string) => void;
  /** Folder of the bundles of the history's threads; the engine's own by default. */
  readonly threads?: string;
  /** What each profile's history may take, in bytes; 1 GB unless told. */
  readonly historyBytes?: number;
  readonly demoFile?: string;
  /** A replay or publish jobs are under way, in words; null when none is: who closes the window asks first. */
  readonly onReplay?: (words: string | null) => void;
  /** How often a recorded history is looked at for more, ms. */
  readonly archiveLookMs?: number;
}
