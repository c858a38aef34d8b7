import initial from './0001-history.sql?raw';
import profileSettings from './0002-profile-settings.sql?raw';
import runs from './0003-runs.sql?raw';
import keeping from './0004-keeping.sql?raw';
import signatures from './0005-signatures.sql?raw';

/** Plain SQL, one file per step; `PRAGMA user_version` counts the applied ones. Steps are added, never changed. */
export const migrations: readonly string[] = [initial, profileSettings, runs, keeping, signatures];
