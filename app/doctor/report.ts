import type { CertificateCard, DoctorFrame, DoctorStep, DoctorStepId } from '../contract-doctor';

/** What each step is called. */
export const STEP_NAMES: Readonly<Record<DoctorStepId, string>> = {
  resolve: 'Looking up the name',
  socket: 'Opening the socket',
  tcp: 'Reaching the port',
  proxy: 'Going through the proxy',
  tls: 'Agreeing on encryption (TLS)',
  websocket: 'Opening the WebSocket',
  connect: 'Connecting',
  subscribe: 'Subscribing',
  ping: 'Keeping alive',
  'round-trip': 'Sending and receiving a message',
};

/** `0.4 ms`, `12 ms`, `3.2 s`. */
export function timeText(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A run as text that can be sent to whoever runs the broker. The frame has no secrets, and so this has none. */
export function doctorReport(frame: DoctorFrame): string {
  const { verdict } = frame;
  const lines = [
    `MQTT Loupe connection test of ${frame.target}`,
    `${new Date(frame.startedAtMs).toISOString()}, client id ${frame.clientId}`,
    '',
    ...frame.steps.flatMap(stepLines),
  ];
  if (frame.state === 'cancelled') lines.push('', 'The test was stopped.');
  if (verdict !== null) {
    lines.push('', verdict.title, verdict.text);
    if (verdict.causes.length > 0) lines.push('', 'Likely causes, the likeliest first:');
    lines.push(...verdict.causes.map((cause, index) => `  ${String(index + 1)}. ${cause}`));
    if (verdict.technical !== '') lines.push('', `Technical: ${verdict.technical}`);
  }
  return `${lines.join('\n')}\n`;
}

function stepLines(step: DoctorStep): string[] {
  const time = step.tookMs === null ? '' : timeText(step.tookMs);
  const head = [
    STEP_NAMES[step.id].padEnd(34),
    step.status.padEnd(8),
    time.padEnd(8),
    step.summary,
  ];
  return [
    head.join(' ').trimEnd(),
    ...step.facts.map(({ label, value }) => `    ${label}: ${value}`),
    ...step.certificates.flatMap(certificateLines),
  ];
}

function certificateLines(card: CertificateCard): string[] {
  return [
    `    Certificate (${card.role}): ${card.subject}`,
    `      signed by: ${card.issuer}${card.isTrusted ? ' (trusted here)' : ''}`,
    `      valid: ${dayText(card.validFromMs)} to ${dayText(card.validToMs)}`,
    ...(card.names.length === 0 ? [] : [`      names: ${card.names.join(', ')}`]),
    ...(card.keyUsage.length === 0 ? [] : [`      use: ${card.keyUsage.join(', ')}`]),
    `      key: ${card.key}; SHA-256 ${card.fingerprint}`,
    ...(card.problem === null ? [] : [`      problem: ${card.problem}`]),
  ];
}

/** `2026-11-26 09:41 UTC`; a date that cannot be read is said to be so. */
export function dayText(ms: number): string {
  if (!Number.isFinite(ms)) return 'unreadable';
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
