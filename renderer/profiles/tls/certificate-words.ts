import type { CertificateFacts } from '../../../app/certificate';
import type { TlsFileCheck } from '../../../app/contract-tls';

/** A day as everybody writes it in a technical place. */
export function dayOf(ms: number | null): string {
  return ms === null ? 'unknown' : new Date(ms).toISOString().slice(0, 10);
}

/** What a file is, in a line below its field; null while nothing is known. */
export function fileWords(check: TlsFileCheck | null | undefined): string | undefined {
  if (!check || check.problem !== null) return undefined;
  const [first] = check.certificates;
  if (first === undefined) return check.warning ?? 'Opened.';
  const name = shortSubject(first);
  const what = check.count > 1 ? `${String(check.count)} certificates, the first: ${name}` : name;
  return `${what} · ${check.warning ?? `valid until ${dayOf(first.validToMs)}`}`;
}

function shortSubject({ subject }: CertificateFacts): string {
  return subject.length > 120 ? `${subject.slice(0, 119)}…` : subject || 'no subject';
}
