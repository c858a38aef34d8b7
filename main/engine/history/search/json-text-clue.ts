import { mayHave, signatureBits } from '../signature';

/** `/` may be written `\/`, and what is no UTF-8 is read as U+FFFD: of such texts nothing is known. */
const UNCERTAIN = /[/\ufffd]/u;

/** What a body's signature (../signature.ts) has when a key or a string of JSON stands in it, however it is escaped. */
export class JsonTextClue {
  /** As `JSON.stringify` writes it; null when it may look otherwise without a `\u`. */
  readonly #plain: readonly number[] | null;
  /** Of each UTF-16 unit as `\u0000` (RFC 8259 §7), of which one at least must be there if the text is not plain. */
  readonly #escapes: readonly (readonly number[])[];

  constructor(text: string) {
    this.#plain = UNCERTAIN.test(text) ? null : signatureBits(Buffer.from(JSON.stringify(text)));
    this.#escapes = [...new Set(text.split(''))].map((unit) =>
      signatureBits(Buffer.from(escapeOf(unit))),
    );
  }

  mayBeIn(signature: Uint8Array): boolean {
    if (this.#plain === null || mayHave(signature, this.#plain)) return true;
    return this.#escapes.some((bits) => mayHave(signature, bits));
  }
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
