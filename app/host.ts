/** What the main process and the engine tell each other; no traffic of a broker passes here. */
import type { WireError } from './errors';
import type { SecretName } from './secret';

export type ToEngineHost =
  /** A window's port comes along. */
  | { readonly t: 'window' }
  /** Connect these again, after a restart. */
  | { readonly t: 'connect'; readonly profileIds: readonly string[] }
  | {
      readonly t: 'secret';
      readonly id: number;
      readonly value: string | null;
      /** Why there is none although one is stored: the vault was left locked, or what it has cannot be read. */
      readonly problem: WireError | null;
    }
  /** The system's proxies for a URL, as Chromium writes them. */
  | { readonly t: 'proxy'; readonly id: number; readonly value: string }
  /** A secret was kept, or in words why it was not. */
  | { readonly t: 'secret-kept'; readonly id: number; readonly problem: string | null }
  | { readonly t: 'ask'; readonly id: number; readonly question: HostQuestion }
  | { readonly t: 'stop' };

export type HostQuestion =
  | { readonly kind: 'open-demo' }
  | { readonly kind: 'open-url'; readonly url: string }
  | { readonly kind: 'open-profile'; readonly name: string }
  | { readonly kind: 'open-history'; readonly path: string }
  /** The person chose to export to this path. */
  | { readonly kind: 'allow-connections-export'; readonly path: string }
  /** The program has started: what was opened once is gone, and what connects at start does. */
  | { readonly kind: 'begin'; readonly connects: boolean }
  /** What a URL would open; nothing is made. */
  | { readonly kind: 'look-at-url'; readonly url: string }
  /** Makes the profile of a URL, unless there is one. */
  | { readonly kind: 'take-url'; readonly url: string; readonly once: boolean }
  | { readonly kind: 'allow-export'; readonly path: string }
  /** The person chose a file to send. */
  | { readonly kind: 'allow-desk-file'; readonly path: string }
  | { readonly kind: 'connect'; readonly profileId: string }
  | { readonly kind: 'summary' };

export type ToMainHost =
  | { readonly t: 'ready' }
  | { readonly t: 'connected'; readonly profileIds: readonly string[] }
  /** A replay or publish jobs are under way, in words; null when none is. */
  | { readonly t: 'replaying'; readonly words: string | null }
  | {
      readonly t: 'secret-wanted';
      readonly id: number;
      readonly profileId: string;
      readonly name: SecretName;
    }
  | { readonly t: 'proxy-wanted'; readonly id: number; readonly url: string }
  /** Keep a secret that came with an import, or with null forget it. */
  | {
      readonly t: 'keep-secret';
      readonly id: number;
      readonly profileId: string;
      readonly name: SecretName;
      readonly value: string | null;
    }
  | { readonly t: 'profile-gone'; readonly profileId: string }
  | { readonly t: 'warning'; readonly message: string }
  /** Why the engine cannot work; it ends after this. */
  | { readonly t: 'fatal'; readonly message: string }
  | { readonly t: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly t: 'failed'; readonly id: number; readonly error: WireError }
  | { readonly t: 'stopped' };
