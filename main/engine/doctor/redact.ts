import { Buffer } from 'node:buffer';
import type { DoctorFix, DoctorStep, DoctorVerdict } from '../../../app/contract-doctor';

/** A shorter secret is taken out only where it stands alone: it is a part of too many words. */
const LEAST_CHARACTERS = 4;

/** Takes secrets out of everything that a run says: a server may send back what it was sent. */
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

  step(step: DoctorStep): DoctorStep {
    return {
      ...step,
      summary: this.text(step.summary),
      facts: step.facts.map(({ label, value, tone }) => ({
        ...{ label: this.text(label), tone },
        value: this.text(value),
      })),
      certificates: step.certificates.map((card) => ({
        ...card,
        subject: this.text(card.subject),
        issuer: this.text(card.issuer),
        names: card.names.map((name) => this.text(name)),
      })),
    };
  }

  verdict(verdict: DoctorVerdict): DoctorVerdict {
    return {
      tone: verdict.tone,
      title: this.text(verdict.title),
      text: this.text(verdict.text),
      causes: verdict.causes.map((cause) => this.text(cause)),
      fixes: verdict.fixes.map((fix) => this.#fix(fix)),
      technical: this.text(verdict.technical),
    };
  }

  /** Only its words: what it changes has to stay what it is. */
  #fix(fix: DoctorFix): DoctorFix {
    const label = this.text(fix.label);
    if (!('confirm' in fix) || fix.confirm === null) return { ...fix, label };
    return { ...fix, label, confirm: this.text(fix.confirm) };
  }
}

function withoutSecret(text: string, secret: string): string {
  if (secret.length >= LEAST_CHARACTERS) return text.replaceAll(secret, '•••');
  const escaped = secret.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'gu'), '•••');
}
