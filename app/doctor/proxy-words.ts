import { addressOf } from '../broker-address';
import type { DoctorFix } from '../contract-doctor';
import type { FindingContext } from './finding';
import { changeFix, openSettings, type FindingOf, type Words } from './words';

export function proxyWords(
  { problem, proxy, proxyKind: kind, technical }: FindingOf<'proxy'>,
  context: FindingContext,
): Words {
  const edit = openSettings('Edit the proxy settings', 'proxy');
  const isSystem = context.profile.proxy.mode === 'system';
  const broker = addressOf(context);
  switch (problem) {
    case 'unreachable':
      return {
        title: `The proxy ${proxy} cannot be reached.`,
        text: 'The connection goes through a proxy, a go-between that companies use. The broker itself was not tried.',
        causes: [
          isSystem
            ? 'This computer’s settings name a proxy that is not there (any more).'
            : 'The proxy’s host or port is wrong.',
          'The proxy is not running, or is only there in another network or VPN.',
          'No proxy is needed here: switch it off for this connection.',
        ],
        fixes: [edit, withoutProxy(context)],
      };
    case 'untrusted':
      return {
        title: `The certificate of the proxy ${proxy} is not trusted by this computer.`,
        text: 'The proxy, a go-between on the way to the broker, is spoken to with encryption (HTTPS), and could not prove who it is. The broker itself was not tried.',
        causes: [
          'The certificate was signed by your company’s own authority: install that authority’s certificate in this computer’s system store, then start this program anew.',
          'The certificate is for another name than the one under Proxy, or has expired.',
        ],
        fixes: [edit],
      };
    case 'silent':
      return {
        title: `The proxy ${proxy} takes the connection, but does not answer.`,
        text: 'The proxy, a go-between on the way to the broker, did not say in time whether it can connect to the broker.',
        causes: [
          `${broker} does not answer the proxy: the broker is switched off, or a firewall keeps the proxy out.`,
          kindCause(kind),
          'The port belongs to another program.',
        ],
        fixes: [edit, openSettings('Edit host and port', 'general')],
      };
    case 'credentials-wanted':
      return {
        title: `The proxy ${proxy} wants a username and a password.`,
        text: 'The proxy, a go-between on the way to the broker, lets only known users through, and no user was given.',
        causes: [
          'Username and password of the proxy are missing. They are not the broker’s: often they are those of your company account.',
        ],
        fixes: [{ ...edit, label: 'Enter the proxy’s username and password' }],
      };
    case 'credentials-refused':
      return {
        title: `The proxy ${proxy} refused its username or password.`,
        text: 'The proxy, a go-between on the way to the broker, does not know this user, or the password is wrong.',
        causes: [
          'The password was misspelled or has changed. Both are case-sensitive.',
          'The proxy wants another kind of sign-in than a password, which is not supported.',
        ],
        fixes: [{ ...edit, label: 'Correct the proxy’s username and password' }],
      };
    case 'refused':
      return {
        title: `The proxy ${proxy} does not connect to ${broker}.`,
        text: 'The proxy, a go-between on the way to the broker, was reached. But it does not allow this connection, or could not reach the broker itself.',
        causes: [
          ...refusalCauses(technical, context),
          'The broker is in your own network: then it needs no proxy.',
        ],
        fixes: [edit, openSettings('Edit host and port', 'general'), withoutProxy(context)],
      };
    case 'not-a-proxy':
      return {
        title: `${proxy} does not answer as a proxy.`,
        text: 'Something is listening there, but it is not the kind of proxy that is set.',
        causes: ['The port belongs to another program.', kindCause(kind)],
        fixes: [edit],
      };
  }
}

/** What a proxy says of it: a status of HTTP, or a reply of SOCKS 5 (RFC 1928 §6). The likeliest first. */
function refusalCauses(technical: string, { host, port }: FindingContext): string[] {
  const isPort = `The proxy allows only certain ports, often only 443; the connection uses ${String(port)}.`;
  const isHost =
    'The broker’s host cannot be reached from the proxy, or its name is not known there.';
  if (/ConnectionRefused/iu.test(technical))
    return [
      `Nothing is listening on port ${String(port)} of ${host}: the proxy was turned away there.`,
    ];
  if (/^50\d|Unreachable|Failure|TTLExpired/iu.test(technical)) return [isHost, isPort];
  return [isPort, isHost];
}

const KINDS = { http: 'HTTP', https: 'HTTPS', socks5: 'SOCKS5' } as const;

function kindCause(kind: keyof typeof KINDS): string {
  const others = Object.entries(KINDS).flatMap(([one, name]) => (one === kind ? [] : [name]));
  return `It is a proxy of another kind (${others.join(', ')}); it was spoken to as ${KINDS[kind]}.`;
}

function withoutProxy({ profile: { proxy } }: FindingContext): DoctorFix {
  return changeFix('Connect without the proxy', { proxy: { ...proxy, mode: 'none' } });
}
