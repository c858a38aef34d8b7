import { X509Certificate } from 'node:crypto';
import { commonName } from '../../../app/doctor/certificate-words';
import type { Finding } from '../../../app/doctor/finding';
import { dayText } from '../../../app/doctor/report';
import type { DoctorTls } from './settings';

type Problem = Pick<Extract<Finding, { kind: 'client-certificate' }>, 'problem' | 'detail'>;

/** Why a server may have refused the client's certificate, as far as it can be seen here: null when it is valid today. */
export function ownCertificateProblem({ certificate }: DoctorTls, nowMs: number): Problem | null {
  if (certificate?.kind !== 'pem') return null;
  const { subject, validFrom, validTo } = new X509Certificate(certificate.cert);
  const name = `“${commonName(subject.split('\n').reverse().join(', '))}”`;
  const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
  if (toMs < nowMs)
    return { problem: 'expired', detail: `The one of ${name} was valid until ${dayText(toMs)}.` };
  if (fromMs > nowMs)
    return {
      problem: 'not-yet-valid',
      detail: `The one of ${name} becomes valid on ${dayText(fromMs)}.`,
    };
  return null;
}
