import { Buffer } from 'node:buffer';
import type { CertificateCard, DoctorFact } from '../../../app/contract-doctor';
import type { Finding } from '../../../app/doctor/finding';

/** A shorter secret is taken out only where it stands alone: it is a part of too many words. */
const LEAST_CHARACTERS = 4;
/** What of a finding is the server's, or the system's, word. */
const OUTSIDE = new Set(['technical', 'reasonString', 'serverReference', 'message', 'missing']);

/**
 * Takes secrets out of what others say: a server may send back what it was sent. Our own words are left as they are: a
 * password that is one of them would be told by its being missing.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Also in the forms in which a secret goes over HTTP. */
  add(secret: string | undefined, username = ''): void {
    if (secret === undefined || secret === '') return;
    this.#secrets.add(secret);
    this.#secrets.add(encodeURIComponent(secret));
    this.#secrets.add(Buffer.from(`${username}:${secret}`).toString('base64'));
    if (secret.length >= LEAST_CHARACTERS)
      this.#secrets.add(Buffer.from(secret).toString('base64'));
  }

  text(text: string): string {
    let clean = text;
    // The longer ones first: one may be a part of another.
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length))
      clean = withoutSecret(clean, secret);
    return clean;
  }

  fact({ label, value, tone }: DoctorFact): DoctorFact {
    return { label: this.text(label), value: this.text(value), tone };
  }

  finding(finding: Finding): Finding {
    const entries = Object.entries(finding).map(([name, value]: [string, unknown]) => {
      if (name === 'certificate') return [name, this.#certificate(value as CertificateCard)];
      return [name, typeof value === 'string' && OUTSIDE.has(name) ? this.text(value) : value];
    });
    return Object.fromEntries(entries) as Finding;
  }

  #certificate(card: CertificateCard): CertificateCard {
    const { subject, issuer, names } = card;
    return {
      ...card,
      ...{ subject: this.text(subject), issuer: this.text(issuer) },
      names: names.map((name) => this.text(name)),
    };
  }
}

function withoutSecret(text: string, secret: string): string {
  if (secret.length >= LEAST_CHARACTERS) return text.replaceAll(secret, '•••');
  const escaped = secret.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'gu'), '•••');
}
