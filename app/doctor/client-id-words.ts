import type { DoctorFix } from '../contract-doctor';
import type { FindingContext } from './finding';
import type { Help } from './redirect-words';
import { changeFix, openSettings, type Words } from './words';

const EDIT_CLIENT_ID = openSettings('Edit the client id', 'mqtt');

/** A generated id is nobody else's. */
function noClientId({ clientId }: FindingContext): DoctorFix[] {
  return clientId === '' ? [] : [changeFix('Leave the client id empty', { clientId: '' })];
}

export function clientIdHelp(context: FindingContext): Help {
  if (context.clientId !== '' && !context.usedClientId) {
    return {
      causes: [
        `The test used a client id of its own, and this broker allows only certain ones. Test again with the connection’s: “${context.clientId}”.`,
      ],
      fixes: [useClientId(context), EDIT_CLIENT_ID],
    };
  }
  return {
    causes: [
      'The broker allows only certain client ids: its operator can tell you yours.',
      'The client id is too long, or has characters that the broker does not take.',
    ],
    fixes: [EDIT_CLIENT_ID, ...noClientId(context)],
  };
}

function useClientId({ clientId }: FindingContext): DoctorFix {
  return {
    kind: 'use-client-id',
    label: 'Test with the connection’s client id',
    confirm: `A broker lets each client id in once. If “${clientId}” is connected now, here or elsewhere, it is thrown out by this test.`,
  };
}

export function clientIdFixes(context: FindingContext): DoctorFix[] {
  return context.clientId !== '' && !context.usedClientId ? [useClientId(context)] : [];
}

export function takenOverWords(context: FindingContext): Words {
  return {
    title: 'Another client connected with the same client id and took over.',
    text: 'A broker lets each client id in only once: who comes second throws the first one out. Two programs with the same id keep throwing each other out.',
    causes: [
      'The same connection is open in another window, on another computer, or on a device.',
      'A device or program has the same client id by mistake.',
    ],
    fixes: [...noClientId(context), EDIT_CLIENT_ID],
  };
}
