import type { TlsFilesCheck } from '../../../app/contract-tls';
import type { ProfileForm } from '../profile-form.svelte';
import { app } from '../../state/app.svelte';

/** While somebody types a path, not every letter is looked up. */
const SETTLED_MS = 250;

/** What the engine says of the files that the form names; looked at anew when one of them changes. */
export class TlsCheck {
  #found = $state.raw<TlsFilesCheck | null>(null);
  #number = 0;

  get found(): TlsFilesCheck | null {
    return this.#found;
  }

  /** For an `$effect`: asks a moment later; returns how to forget it. */
  follow(form: ProfileForm): () => void {
    const { authorities, certificate, key } = form.fields.tls;
    const typed = form.secret('key-passphrase');
    const passphrase = typed !== '' ? typed : form.removesSecret('key-passphrase') ? '' : null;
    const number = (this.#number += 1);
    const ask = async (): Promise<void> => {
      const tls = {
        authorities: authorities.filter(({ path }) => path !== ''),
        ...{ certificate, key },
      };
      const found = await app.engine.calls
        .checkTlsFiles({ profileId: form.id, tls, passphrase })
        // The engine was stopped meanwhile: the files are looked at again when they are used.
        .catch(() => null);
      if (number === this.#number) this.#found = found;
    };
    const timer = setTimeout(() => void ask(), SETTLED_MS);
    return () => {
      clearTimeout(timer);
    };
  }
}
