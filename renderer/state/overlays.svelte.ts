import type { BrokerLink, ConnectionsSource } from '../../app/contract-move-in';
import type { Selection } from '../../app/selection';
import type { DecodingRule } from '../../app/decoding/rules';
import { defaultProfileFields, type Profile } from '../../app/profile';

export interface ProfileEdit {
  readonly profile: Profile;
  readonly isNew: boolean;
}

/** What is exported, and what a person calls it: `plant/line1 and all below`. */
export interface ExportWish {
  readonly selection: Selection;
  readonly title: string;
}

/** What is asked before something is deleted from the past. */
export interface Deleting {
  readonly title: string;
  readonly selections: readonly Selection[];
}

/** A dialog for a name, and what else belongs to a session or a recording. */
export interface Naming {
  readonly title: string;
  /** The words of its main button. */
  readonly action: string;
  readonly name: string;
  readonly note: string;
  /** What the name means, where that is not plain. */
  readonly hint?: string;
  readonly hasNote: boolean;
  /** A topic filter that can be changed; not there where it makes no sense. */
  readonly filter?: string;
  /** What it throws is shown in the dialog. */
  readonly save: (named: {
    readonly name: string;
    readonly note: string;
    readonly filter: string;
  }) => Promise<void>;
}

/** The rules of decoding: what they are tried on, and the rule that is new. */
export interface DecodingWish {
  readonly profileId: string;
  /** Null where no topic is selected. */
  readonly topic: string | null;
  readonly rule: DecodingRule | null;
}

/** An import of connections; without a source the person chooses one. */
export interface MovingIn {
  readonly source: ConnectionsSource | null;
}

/** What lies over the window: dialogs and the command palette. */
class Overlays {
  #edit = $state.raw<ProfileEdit | null>(null);
  #deleting = $state.raw<Deleting | null>(null);
  #naming = $state.raw<Naming | null>(null);
  #palette = $state.raw(false);
  /** Whether the list of keys is open. */
  keys = $state.raw(false);
  /** What is being exported, or null. Anybody may open it. */
  exporting = $state.raw<ExportWish | null>(null);
  /** The connection whose details are shown, by its profile's id. */
  connectionOf = $state.raw<string | null>(null);
  /** Path of the file that is being imported, or null. */
  importing = $state.raw<string | null>(null);
  /** Opens the rules of decoding; null while they are closed. */
  decoding = $state.raw<DecodingWish | null>(null);

  /** Connections that are being imported, or null. */
  movingIn = $state.raw<MovingIn | null>(null);
  /** Ids of the profiles that are being exported, or null. */
  movingOut = $state.raw<readonly string[] | null>(null);
  /** Links that wait for an answer, the oldest first. */
  links = $state.raw<readonly BrokerLink[]>([]);

  /** The connection that is being edited, or null. */
  get edit(): ProfileEdit | null {
    return this.#edit;
  }

  /** Whether a dialog waits for an answer. */
  get isAsking(): boolean {
    const own = this.#edit !== null || this.#deleting !== null || this.#naming !== null;
    const others = [
      ...[this.exporting, this.importing, this.connectionOf],
      ...[this.decoding, this.movingIn, this.movingOut],
    ];
    const isLink = this.links.length > 0;
    return own || isLink || this.keys || others.some((one) => one !== null);
  }

  get palette(): boolean {
    return this.#palette;
  }

  set palette(open: boolean) {
    this.#palette = open;
  }

  newConnection(): void {
    this.#edit = {
      profile: { ...defaultProfileFields(), id: crypto.randomUUID() },
      isNew: true,
    };
  }

  /** A link waits for an answer; told twice it is asked about once. */
  addLink(link: BrokerLink): void {
    if (!this.links.some(({ id }) => id === link.id)) this.links = [...this.links, link];
  }

  removeLink(id: number): void {
    this.links = this.links.filter((link) => link.id !== id);
  }

  editConnection(profile: Profile): void {
    this.#edit = { profile, isNew: false };
  }

  get deleting(): Deleting | null {
    return this.#deleting;
  }

  delete(deleting: Deleting): void {
    this.#deleting = deleting;
  }

  closeDeleting(): void {
    this.#deleting = null;
  }

  get naming(): Naming | null {
    return this.#naming;
  }

  name(naming: Naming): void {
    this.#naming = naming;
  }

  closeNaming(): void {
    this.#naming = null;
  }

  closeEdit(): void {
    this.#edit = null;
  }
}

export const overlays = new Overlays();
