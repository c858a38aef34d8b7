import { addressOf } from '../broker-address';
import type { FindingContext } from './finding';
import { openSettings, type FindingOf, type Words } from './words';

export function proxyWords(
  { problem, proxy, proxyKind: kind }: FindingOf<'proxy'>,
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
        fixes: [edit],
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
          `The proxy allows only certain ports, often only 443; the connection uses ${String(context.port)}.`,
          'The broker’s host cannot be reached from the proxy, or its name is not known there.',
          'The broker is in your own network: then it needs no proxy.',
        ],
        fixes: [edit, openSettings('Edit host and port', 'general')],
      };
    case 'not-a-proxy':
      return {
        title: `${proxy} does not answer as a proxy.`,
        text: 'Something is listening there, but it is not the kind of proxy that is set.',
        causes: [
          'The port belongs to another program.',
          kind === 'socks5'
            ? 'It is an HTTP proxy; the connection is set to SOCKS 5.'
            : 'It is a SOCKS 5 proxy; the connection is set to HTTP.',
        ],
        fixes: [edit],
      };
  }
}
