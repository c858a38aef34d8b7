/** Connections that come from elsewhere and go elsewhere: settings of other programs, files of our own, links. */
import type { Program } from './move-in/usual-places';
import type { Profile, Protocol } from './profile';

/** Settings of another program that were found in their usual place. */
export interface FoundConnections {
  readonly program: Program;
  /** Null for variables of the environment. */
  readonly path: string | null;
  /** Those that a person made, and that are not here yet. */
  readonly connections: number;
}

export type ConnectionsSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'environment' };

/** One connection as it would become. */
export interface ImportCandidate {
  readonly name: string;
  readonly folder: string;
  readonly url: string;
  readonly username: string;
  /** What comes along beside the address, in words; of a secret only that it does. */
  readonly comes: readonly string[];
  /** What does not, and why. */
  readonly stays: readonly string[];
  /** Why it cannot be imported; null when it can. */
  readonly problem: string | null;
  /** The name of the connection that leads to the same place as the same user already; null for none. */
  readonly sameAs: string | null;
  /** Whether a person is likely to want it. */
  readonly isWanted: boolean;
}

export type ConnectionsPreview =
  /** A passphrase is needed; `wasWrong`: the one that was given does not open it. */
  | { readonly kind: 'locked'; readonly wasWrong: boolean }
  | {
      readonly kind: 'read';
      readonly previewId: number;
      /** Null for a list of URLs. */
      readonly program: Program | null;
      readonly connections: readonly ImportCandidate[];
      /** What could not be read, in words. */
      readonly problems: readonly string[];
    };

export interface MoveInCalls {
  /** Looks in the usual places of other programs. */
  findConnections(): readonly FoundConnections[];
  /** Reads connections, which are kept until the preview is closed: secrets stay in the engine. */
  previewConnections(arg: {
    readonly from: ConnectionsSource;
    readonly passphrase: string | null;
  }): ConnectionsPreview;
  /** Makes profiles of those that were chosen, all or none, and connects none of them. */
  importConnections(arg: {
    readonly previewId: number;
    /** Places in the preview's list. */
    readonly chosen: readonly number[];
  }): { readonly profiles: readonly Profile[] };
  closeConnectionsPreview(arg: { readonly previewId: number }): void;
  /** Writes connections to a file that was chosen; secrets only under a passphrase. */
  exportConnections(arg: {
    readonly path: string;
    readonly profileIds: readonly string[];
    /** Null leaves the secrets out. */
    readonly passphrase: string | null;
  }): { readonly profiles: number; readonly secrets: number };
  /** Puts a profile into a folder (empty for none) and at a place in the list of all. */
  arrangeProfile(arg: {
    readonly profileId: string;
    readonly index: number;
    readonly folder: string;
  }): void;
  /** A connection that was opened once, from a link, stays. */
  keepProfile(arg: { readonly profileId: string }): void;
}

/** A link to a broker, as a web page or another program opens it. Its password stays in the main process. */
export interface BrokerLink {
  readonly id: number;
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly hasPassword: boolean;
  /** The saved connection that it means; null for none. */
  readonly saved: string | null;
}

export type LinkAnswer = 'once' | 'save' | 'cancel';

export interface LinkSetting {
  /** Whether mqtt:// and mqtts:// links of the system open this program. */
  readonly isOn: boolean;
}

export interface MoveInShellCalls {
  /** Asks for a file with connections; its path, or null when the person cancelled. */
  chooseConnectionsFile(): string | null;
  /** Asks where to export to; the engine may then write there. Null when the person cancelled. */
  chooseConnectionsExport(arg: { readonly suggestedName: string }): string | null;
  /** Links that wait for an answer, the oldest first. */
  waitingLinks(): readonly BrokerLink[];
  /** @returns the profile to show, or null */
  answerLink(arg: { readonly id: number; readonly answer: LinkAnswer }): {
    readonly profileId: string | null;
  };
  setLinkSetting(arg: LinkSetting): LinkSetting;
}
