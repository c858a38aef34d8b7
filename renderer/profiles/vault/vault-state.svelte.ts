import type { SecretStorage } from '../../../app/contract';

/** What the vault's dialog is open for. */
export type VaultQuestion = 'choose' | 'unlock' | 'change' | 'forget';

/** How secrets are kept where there is no keyring: the dialog that asks, and who waits for the answer. */
class VaultState {
  #question = $state.raw<VaultQuestion | null>(null);
  #waiting: ((isAnswered: boolean) => void) | null = null;
  /** As main says it. */
  storage: SecretStorage = 'session-only';

  get question(): VaultQuestion | null {
    return this.#question;
  }

  ask(question: VaultQuestion): void {
    this.#question ??= question;
  }

  /** Asks how secrets are to be kept, where that was not chosen yet. False when the person does not want to say. */
  choose(): Promise<boolean> {
    if (this.storage !== 'undecided') return Promise.resolve(true);
    this.#question = 'choose';
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** False when the person leaves it locked. */
  unlock(): Promise<boolean> {
    this.#question = 'unlock';
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(isAnswered: boolean): void {
    this.#question = null;
    this.#waiting?.(isAnswered);
    this.#waiting = null;
  }
}

export const vault = new VaultState();
