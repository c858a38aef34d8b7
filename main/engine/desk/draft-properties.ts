import { Buffer } from 'node:buffer';
import type { DraftProblem } from '../../../app/contract-desk';
import type { DraftProperties } from '../../../app/desk/draft';
import type { Expanded, TextKind } from '../../../app/desk/expand';
import type { MessageProperties } from '../../../app/message';
import { bytesFromBase64, bytesFromHex } from '../../../app/payload/from-text';
import { topicNameProblem } from '../../../app/topic';
import { problemAt, problemOf } from './draft-problem';

/** UTF-8 Encoded Strings and Binary Data (MQTT 5.0 §1.5.4, §1.5.6). */
const MOST_BYTES = 65_535;
/** A Four Byte Integer (§3.3.2.3.3). */
const MOST_EXPIRY_SECONDS = 4_294_967_295;

type Replace = (text: string, kind: TextKind) => Expanded;

interface Made {
  readonly value: MessageProperties | null;
  readonly problems: readonly DraftProblem[];
}

/** The properties of a PUBLISH as they stand in the form; what is empty is left out. */
export function draftProperties(draft: DraftProperties, replace: Replace): Made {
  const problems: DraftProblem[] = [];
  const textOf = (field: string, text: string): string => {
    const expanded = replace(text, 'plain');
    problems.push(...expanded.problems.map((one) => problemAt(field, text, one)));
    return expanded.text;
  };
  const told = (field: string, message: string | null): void => {
    if (message !== null) problems.push(problemOf(field, message));
  };
  const contentType = textOf('contentType', draft.contentType);
  told('contentType', textProblem(contentType));
  const responseTopic = textOf('responseTopic', draft.responseTopic);
  if (responseTopic !== '') told('responseTopic', topicNameProblem(responseTopic));
  const expiry = expiryOf(textOf('messageExpiryInterval', draft.messageExpiryInterval));
  told('messageExpiryInterval', typeof expiry === 'string' ? expiry : null);
  const { notation, text } = draft.correlationData;
  const correlation = correlationOf(notation, textOf('correlationData', text));
  told('correlationData', typeof correlation === 'string' ? correlation : null);
  const userProperties = draft.userProperties.map(([name, value], index) => {
    const pair = [name, value].map((part, at) => {
      const field = `userProperties.${String(index)}.${String(at)}`;
      const made = textOf(field, part);
      told(field, textProblem(made));
      return made;
    });
    return [pair[0] ?? '', pair[1] ?? ''] as const;
  });
  const { payloadFormatIndicator } = draft;
  const value: MessageProperties = {
    ...(payloadFormatIndicator === null ? {} : { payloadFormatIndicator }),
    ...(typeof expiry === 'number' ? { messageExpiryInterval: expiry } : {}),
    ...(contentType === '' ? {} : { contentType }),
    ...(responseTopic === '' ? {} : { responseTopic }),
    ...(correlation instanceof Uint8Array && correlation.length > 0
      ? { correlationData: correlation }
      : {}),
    ...(userProperties.length === 0 ? {} : { userProperties }),
  };
  return { value: Object.keys(value).length === 0 ? null : value, problems };
}

/** Seconds, null for none, or what is wrong. */
function expiryOf(text: string): number | string | null {
  if (text.trim() === '') return null;
  const seconds = /^\d{1,10}$/u.test(text.trim()) ? Number(text) : NaN;
  if (seconds <= MOST_EXPIRY_SECONDS) return seconds;
  return `The expiry is a whole number of seconds, at most ${MOST_EXPIRY_SECONDS.toLocaleString('en')}.`;
}

function correlationOf(
  notation: DraftProperties['correlationData']['notation'],
  text: string,
): Uint8Array | string {
  const bytes = bytesIn(notation, text);
  if (typeof bytes === 'string' || bytes.length <= MOST_BYTES) return bytes;
  return `Correlation data may have at most ${MOST_BYTES.toLocaleString('en')} bytes.`;
}

function bytesIn(notation: string, text: string): Uint8Array | string {
  if (notation === 'text') return new Uint8Array(Buffer.from(text));
  if (notation === 'hex')
    return bytesFromHex(text) ?? 'This is not hexadecimal: two digits make a byte, as in 0a ff.';
  return bytesFromBase64(text) ?? 'This is not Base64.';
}

function textProblem(text: string): string | null {
  if (text.includes('\0')) return 'The character U+0000 cannot be sent [MQTT-1.5.4-2].';
  if (/\p{Surrogate}/u.test(text)) return 'Half a character cannot be sent [MQTT-1.5.4-1].';
  if (Buffer.byteLength(text) <= MOST_BYTES) return null;
  return `It may have at most ${MOST_BYTES.toLocaleString('en')} bytes.`;
}
