import { addressOf } from '../broker-address';
import { hexCode, reasonWords } from '../reason-codes';
import type { FindingContext } from './finding';
import { EDIT_SIGN_IN, type FindingOf, type Words } from './words';

export function notReturnedWords({ subscribed }: FindingOf<'not-returned'>): Words {
  return subscribed
    ? {
        title: 'The broker took the test message, but did not send it back.',
        text: 'The broker confirmed that it has the message. But it was not delivered to this client, which had subscribed to its topic.',
        causes: [
          'The broker’s access rules drop the message silently: this user may not publish there, or may not read there.',
          'The broker hands messages on to another system and does not distribute them itself.',
        ],
        fixes: [EDIT_SIGN_IN],
      }
    : {
        title: 'The test message could not be received back.',
        text: 'The broker did not allow the subscription to the topic of the test (mqtt-loupe/doctor/…). The connection itself is fine.',
        causes: [
          'The broker’s access rules allow only certain topics. That matters only if you want to use others.',
        ],
        fixes: [],
      };
}

export function publishRefusedWords({ code }: FindingOf<'publish-refused'>): Words {
  return {
    title: 'The broker does not let this client publish the test message.',
    text: `It answered: ${reasonWords(code)} (${hexCode(code)}). The connection itself is fine, and reading works.`,
    causes: [
      'This user may not publish to the topic of the test (mqtt-loupe/doctor/…): normal for users who only read.',
    ],
    fixes: [EDIT_SIGN_IN],
  };
}

export function closedOnPublishWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} closed the connection when the test message was published.`,
    text: 'Reading works. When this program published to the topic of the test (mqtt-loupe/doctor/…), the broker closed the connection.',
    causes: [
      'This user may not publish there, and the broker closes the connection instead of refusing it (AWS IoT does so). That is normal for users who only read.',
    ],
    fixes: [EDIT_SIGN_IN],
  };
}
