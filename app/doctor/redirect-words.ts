import { addressOf } from '../broker-address';
import type { DoctorFix } from '../contract-doctor';
import type { FindingContext } from './finding';
import { outsideWords } from '../outside-words';
import { serverOfReference } from './server-reference';
import { changeFix, openSettings, type Words } from './words';

export type Help = Pick<Words, 'causes' | 'fixes'>;

function unnamed(serverReference: string): string {
  return serverReference === ''
    ? 'The broker did not say which one to use. Its operator knows.'
    : `The broker names “${outsideWords(serverReference)}”, which is no address of a server. Its operator knows.`;
}

/** The address comes from the server: nothing goes there before a person has agreed to it. */
export function redirectHelp(serverReference: string, context: FindingContext): Help {
  const server = serverOfReference(serverReference, context.port);
  if (server === null) {
    return {
      causes: [unnamed(serverReference)],
      fixes: [openSettings('Edit host and port', 'general')],
    };
  }
  const secrets = context.hasUsername
    ? 'the username and password of this connection'
    : 'the client id';
  return {
    causes: [
      `The broker was moved, or shares its clients with others. It names ${addressOf(server)} instead.`,
    ],
    fixes: [
      changeFix(
        `Use ${addressOf(server)}`,
        server,
        `From then on ${secrets} will be sent to ${addressOf(server)}. Agree only when you know that server.`,
      ),
      openSettings('Edit host and port', 'general'),
    ],
  };
}

export function otherVersion({ version, isAutomaticVersion }: FindingContext): DoctorFix[] {
  if (isAutomaticVersion) return [];
  return version === '5'
    ? [changeFix('Use MQTT 3.1.1', { version: '3.1.1' })]
    : [changeFix('Try every version of MQTT', { version: 'automatic' })];
}
