/**
 * What a server must not send, or what is odd and must be borne, each with the statement of the specification that says so
 * (MQTT 5.0; of 3.1.1 where only that has it), and what is to happen.
 */
import { topicText } from '../../app/topic-bytes';

export type Version = '3.1.1' | '5';

/** Closed, with the reason code that MQTT 5 says before, and a part of the words. */
interface Closed {
  readonly reason: number;
  readonly says: RegExp;
}
/** Accepted: the topic of the message that is heard, or null for one that changes nothing. */
interface Accepted {
  readonly topic: string | null;
}

export interface Row {
  readonly name: string;
  readonly section: string;
  readonly versions: readonly Version[];
  /** In hexadecimal; `cut` begins a packet that never ends. */
  readonly bytes: string;
  readonly expected: Closed | Accepted;
  /** Sent in place of the CONNACK, else after the SUBACK. */
  readonly first?: true;
  /** Sent in place of the SUBACK, whose packet identifier is put in at the third byte. */
  readonly suback?: true;
  /** What is allowed and has to come first. */
  readonly before?: string;
  /** Receive Maximum of the CONNECT; the protocol's default where it is left out. */
  readonly receiveMaximum?: number;
}

const BOTH = ['3.1.1', '5'] as const;
const OLD = ['3.1.1'] as const;
const NEW = ['5'] as const;
const MALFORMED = 0x81;
const PROTOCOL = 0x82;
const RECEIVE_MAXIMUM = 0x93;
const ALIAS = 0x94;
export const LARGE = 0x95;

function row(
  section: string,
  name: string,
  versions: readonly Version[],
  bytes: string,
  expected: Closed | Accepted,
): Row {
  return { section, name, versions, bytes, expected };
}
function first(...args: Parameters<typeof row>): Row {
  return { ...row(...args), first: true };
}
/** In place of the SUBACK for one subscription. */
function suback(...args: Parameters<typeof row>): Row {
  return { ...row(...args), suback: true };
}
const closed = (reason: number, says: RegExp): Closed => ({ reason, says });
const heard = (topic: string | null): Accepted => ({ topic });
/** A PUBLISH of MQTT 5 with QoS 0 to `a`, with these properties. */
function withProperties(hex: string, topic = '000161'): string {
  const properties = hex.replaceAll(' ', '');
  const bytes = properties.length / 2;
  const body = topic + bytes.toString(16).padStart(2, '0') + properties;
  return `30${(body.length / 2).toString(16).padStart(2, '0')}${body}`;
}
function connack(hex: string): string {
  const properties = hex.replaceAll(' ', '');
  const bytes = properties.length / 2;
  return `20${(3 + bytes).toString(16).padStart(2, '0')}0000${bytes.toString(16).padStart(2, '0')}${properties}`;
}

export const ROWS: readonly Row[] = [
  // Fixed headers
  row('§2.1.2', 'the reserved type 0', BOTH, '0000', closed(MALFORMED, /type 0/u)),
  row('§2.1.2', 'CONNECT', BOTH, '1000', closed(PROTOCOL, /CONNECT/u)),
  row('§2.1.2', 'SUBSCRIBE', BOTH, '8200', closed(PROTOCOL, /SUBSCRIBE/u)),
  row('§2.1.2', 'UNSUBSCRIBE', BOTH, 'a200', closed(PROTOCOL, /UNSUBSCRIBE/u)),
  row('§2.1.2', 'PINGREQ', BOTH, 'c000', closed(PROTOCOL, /PINGREQ/u)),
  row('§2.2.1', 'type 15 before MQTT 5', OLD, 'f000', closed(MALFORMED, /type 15/u)),
  row('MQTT-4.12.0-6', 'AUTH without a method', NEW, 'f000', closed(PROTOCOL, /AUTH/u)),
  row('§3.14', 'DISCONNECT before MQTT 5', OLD, 'e000', closed(PROTOCOL, /DISCONNECT/u)),
  row(
    '§2.1.4',
    'a length of five bytes',
    BOTH,
    '30ffffffff01',
    closed(MALFORMED, /Remaining Length/u),
  ),
  row(
    '§2.1.4',
    'a length that goes on for ever',
    BOTH,
    '3080808080',
    closed(MALFORMED, /Remaining Length/u),
  ),
  row('MQTT-2.1.3-1', 'flags of PUBACK', BOTH, '41020001', closed(MALFORMED, /reserved flags/u)),
  row('MQTT-2.1.3-1', 'flags of PUBREC', BOTH, '52020001', closed(MALFORMED, /reserved flags/u)),
  row('MQTT-2.1.3-1', 'flags of PUBREL', BOTH, '60020001', closed(MALFORMED, /reserved flags/u)),
  row('MQTT-2.1.3-1', 'flags of PUBCOMP', BOTH, '78020001', closed(MALFORMED, /reserved flags/u)),
  row('MQTT-2.1.3-1', 'flags of SUBACK', BOTH, '9103000100', closed(MALFORMED, /reserved flags/u)),
  row('MQTT-2.1.3-1', 'flags of UNSUBACK', BOTH, 'b4020001', closed(MALFORMED, /reserved flags/u)),
  row('MQTT-2.1.3-1', 'flags of PINGRESP', BOTH, 'd100', closed(MALFORMED, /reserved flags/u)),
  row('MQTT-2.1.3-1', 'flags of CONNACK', BOTH, '21020000', closed(MALFORMED, /reserved flags/u)),
  row('MQTT-2.1.3-1', 'flags of DISCONNECT', NEW, 'e100', closed(MALFORMED, /reserved flags/u)),
  row(
    'MQTT-3.1.2-24',
    'a SUBACK of 256 MB, announced',
    BOTH,
    '90ffffff7f',
    closed(LARGE, /SUBACK/u),
  ),
  row('§2.1.4', 'a PUBACK of 2 MB, announced', BOTH, '4080808001', closed(LARGE, /PUBACK/u)),
  // PUBLISH
  row('MQTT-3.3.1-4', 'QoS 3', BOTH, '3603000161', closed(MALFORMED, /QoS 3/u)),
  row(
    'MQTT-3.3.1-4',
    'QoS 3, announced with 256 MB',
    BOTH,
    '36ffffff7f',
    closed(MALFORMED, /QoS 3/u),
  ),
  row('§3.3.2.1', 'no topic', BOTH, '3000', closed(MALFORMED, /before its topic/u)),
  row(
    '§3.3.2.1',
    'half a length of the topic',
    BOTH,
    '300100',
    closed(MALFORMED, /before its topic/u),
  ),
  row(
    '§3.3.2.1',
    'a topic longer than the packet',
    BOTH,
    '3003000961',
    closed(MALFORMED, /longer than the packet/u),
  ),
  row('MQTT-4.7.3-1', 'an empty topic', OLD, '30020000', closed(MALFORMED, /empty topic/u)),
  row(
    '§3.3.2.1',
    'an empty topic and no alias',
    NEW,
    '3003000000',
    closed(PROTOCOL, /no topic alias/u),
  ),
  row(
    '§2.2.1',
    'QoS 1 without an identifier',
    BOTH,
    '3203000161',
    closed(MALFORMED, /packet identifier/u),
  ),
  row(
    '§2.2.1',
    'QoS 2 with half an identifier',
    BOTH,
    '340400016100',
    closed(MALFORMED, /packet identifier/u),
  ),
  row(
    'MQTT-2.2.1-4',
    'the identifier 0',
    BOTH,
    '320600016100000 0'.replaceAll(' ', ''),
    closed(MALFORMED, /identifier 0/u),
  ),
  row(
    '§2.2.2.1',
    'properties longer than the packet',
    NEW,
    '30040001 6109'.replaceAll(' ', ''),
    closed(MALFORMED, /properties/u),
  ),
  row(
    'MQTT-1.5.5-1',
    'a length of properties of five bytes',
    NEW,
    '300800016180808080 01'.replaceAll(' ', ''),
    closed(MALFORMED, /length of properties/u),
  ),
  row(
    'MQTT-1.5.5-1',
    'no length of properties',
    NEW,
    '3003000161',
    closed(MALFORMED, /length of properties/u),
  ),
  row(
    '§2.2.2.2',
    'an unknown property',
    NEW,
    withProperties('7f01'),
    closed(MALFORMED, /unknown identifier/u),
  ),
  row(
    '§2.2.2.2',
    'a property of the CONNACK',
    NEW,
    withProperties('21 0005'),
    closed(PROTOCOL, /Receive Maximum/u),
  ),
  row(
    '§2.2.2.2',
    'a property that is cut',
    NEW,
    withProperties('02 0000'),
    closed(MALFORMED, /before its value/u),
  ),
  row(
    '§2.2.2.2',
    'a text longer than the properties',
    NEW,
    withProperties('03 0009 61'),
    closed(MALFORMED, /before its value/u),
  ),
  row(
    '§3.3.2.3.2',
    'a payload format of 2',
    NEW,
    withProperties('01 02'),
    closed(PROTOCOL, /Payload Format/u),
  ),
  row(
    '§3.3.2.3.2',
    'a payload format twice',
    NEW,
    withProperties('01 01 01 01'),
    closed(PROTOCOL, /more than once/u),
  ),
  row(
    '§3.3.2.3.3',
    'an expiry twice',
    NEW,
    withProperties('02 00000001 02 00000001'),
    closed(PROTOCOL, /more than once/u),
  ),
  row(
    '§3.3.2.3.9',
    'a content type twice',
    NEW,
    withProperties('03 0001 61 03 0001 61'),
    closed(PROTOCOL, /more than once/u),
  ),
  row(
    '§3.3.2.3.5',
    'a response topic twice',
    NEW,
    withProperties('08 0001 61 08 0001 61'),
    closed(PROTOCOL, /more than once/u),
  ),
  row(
    '§3.3.2.3.6',
    'correlation data twice',
    NEW,
    withProperties('09 0001 61 09 0001 61'),
    closed(PROTOCOL, /more than once/u),
  ),
  row(
    '§3.3.2.3.8',
    'the subscription identifier 0',
    NEW,
    withProperties('0b 00'),
    closed(PROTOCOL, /Subscription Identifier/u),
  ),
  row(
    'MQTT-3.3.2-8',
    'the topic alias 0',
    NEW,
    withProperties('23 0000'),
    closed(ALIAS, /topic alias 0/u),
  ),
  row(
    'MQTT-3.1.2-26',
    'a topic alias, where none is allowed',
    NEW,
    withProperties('23 0001'),
    closed(ALIAS, /at most 0/u),
  ),
  row(
    'MQTT-3.1.2-26',
    'the largest topic alias',
    NEW,
    withProperties('23 ffff'),
    closed(ALIAS, /65535/u),
  ),
  row(
    'MQTT-3.1.2-26',
    'an alias without a topic',
    NEW,
    withProperties('23 0007', '0000'),
    closed(ALIAS, /alias 7/u),
  ),
  row(
    '§2.2.2.1',
    'properties of 2 MB, announced',
    NEW,
    '30ffffff01000161ffff7f',
    closed(LARGE, /bytes of properties/u),
  ),
  // Acknowledgements
  row('§4.8', 'a PUBACK for nothing', BOTH, '40020009', closed(PROTOCOL, /waits for nothing/u)),
  row('§4.8', 'a SUBACK for nothing', OLD, '9003000900', closed(PROTOCOL, /waits for nothing/u)),
  row('§4.8', 'an UNSUBACK for nothing', OLD, 'b0020009', closed(PROTOCOL, /waits for nothing/u)),
  row('§2.2.1', 'a PUBACK of one byte', BOTH, '400100', closed(MALFORMED, /packet identifier/u)),
  row('§2.2.1', 'an empty PUBREC', BOTH, '5000', closed(MALFORMED, /packet identifier/u)),
  row('§2.2.1', 'an empty PUBREL', BOTH, '6200', closed(MALFORMED, /packet identifier/u)),
  row('§2.2.1', 'an empty PUBCOMP', BOTH, '7000', closed(MALFORMED, /packet identifier/u)),
  row('§2.2.1', 'an empty SUBACK', BOTH, '9000', closed(MALFORMED, /packet identifier/u)),
  row('§2.2.1', 'an empty UNSUBACK', BOTH, 'b000', closed(MALFORMED, /packet identifier/u)),
  row(
    'MQTT-2.2.1-4',
    'a PUBREL for identifier 0',
    BOTH,
    '62020000',
    closed(MALFORMED, /identifier 0/u),
  ),
  row(
    '§2.1.4',
    'a PUBREL of three bytes before MQTT 5',
    OLD,
    '6203000100',
    closed(MALFORMED, /longer than two/u),
  ),
  row(
    '§3.11.1',
    'an UNSUBACK of three bytes before MQTT 5',
    OLD,
    'b003000100',
    closed(MALFORMED, /longer than two/u),
  ),
  row(
    'MQTT-3.6.2-1',
    'a PUBREL with a reason of others',
    NEW,
    '6203000187',
    closed(PROTOCOL, /0x87/u),
  ),
  row(
    'MQTT-3.7.2-1',
    'a PUBCOMP with a reserved reason',
    NEW,
    '7003000155',
    closed(PROTOCOL, /0x55/u),
  ),
  row(
    'MQTT-3.5.2-1',
    'a PUBREC with a reserved reason',
    NEW,
    '5003000101',
    closed(PROTOCOL, /0x01/u),
  ),
  row(
    'MQTT-1.5.4-1',
    'a PUBREC whose reason is no UTF-8',
    NEW,
    '50080001 00 04 1f0001ff'.replaceAll(' ', ''),
    closed(MALFORMED, /UTF-8/u),
  ),
  row(
    '§2.2.2.1',
    'a PUBREC with bytes behind it',
    NEW,
    '5006000100000000',
    closed(MALFORMED, /behind its properties/u),
  ),
  row('§3.9.3', 'a SUBACK without a code', OLD, '90020001', closed(MALFORMED, /without a code/u)),
  row('MQTT-3.9.3-2', 'a SUBACK with the code 3', OLD, '9003000103', closed(PROTOCOL, /0x03/u)),
  row('MQTT-3.9.3-2', 'a SUBACK with the code 3', NEW, '900400010003', closed(PROTOCOL, /0x03/u)),
  row('§3.13.1', 'a PINGRESP with a body', BOTH, 'd00100', closed(MALFORMED, /PINGRESP/u)),
  row('§3.2', 'a second CONNACK', OLD, '20020000', closed(PROTOCOL, /second CONNACK/u)),
  row('§3.2', 'a second CONNACK', NEW, '2003000000', closed(PROTOCOL, /second CONNACK/u)),
  row(
    'MQTT-3.14.2-1',
    'a DISCONNECT with a reserved reason',
    NEW,
    'e00155',
    closed(PROTOCOL, /0x55/u),
  ),
  row(
    '§2.2.2.2',
    'a DISCONNECT with a session expiry',
    NEW,
    'e00700051100000001',
    closed(PROTOCOL, /Session Expiry/u),
  ),
  // In place of the CONNACK; a client sends no DISCONNECT before it has one
  first(
    'MQTT-3.2.0-1',
    'a PUBLISH first',
    BOTH,
    '3003000161',
    closed(0, /does not answer as an MQTT broker/u),
  ),
  first(
    'MQTT-3.2.0-1',
    'another protocol',
    BOTH,
    '485454502f312e31',
    closed(0, /does not answer as an MQTT broker/u),
  ),
  first(
    'MQTT-3.2.2-1',
    'reserved flags in the CONNACK',
    OLD,
    '20020200',
    closed(0, /reserved flags/u),
  ),
  first(
    'MQTT-3.2.2-1',
    'reserved flags in the CONNACK',
    NEW,
    '2003800000',
    closed(0, /reserved flags/u),
  ),
  first('§3.2.2.3', 'a reserved return code', OLD, '20020006', closed(0, /return code 6/u)),
  first('MQTT-3.2.2-8', 'a reserved reason code', NEW, '2003000300', closed(0, /0x03/u)),
  first(
    'MQTT-3.2.2-2',
    'a session after a clean start',
    OLD,
    '20020100',
    closed(0, /clean start/u),
  ),
  first(
    'MQTT-3.2.2-2',
    'a session after a clean start',
    NEW,
    '2003010000',
    closed(0, /clean start/u),
  ),
  first('MQTT-3.2.2-6', 'a refusal with a session', OLD, '20020105', closed(0, /Session Present/u)),
  first('§3.2.2', 'a CONNACK of one byte', BOTH, '200100', closed(0, /before its code/u)),
  first('§3.2.1', 'a long CONNACK before MQTT 5', OLD, '2003000000', closed(0, /longer than two/u)),
  first(
    '§3.2.2.3.3',
    'a receive maximum of 0',
    NEW,
    connack('21 0000'),
    closed(0, /Receive Maximum/u),
  ),
  first(
    '§3.2.2.3.6',
    'a maximum packet size of 0',
    NEW,
    connack('27 00000000'),
    closed(0, /Maximum Packet Size/u),
  ),
  first('§3.2.2.3.4', 'a maximum QoS of 2', NEW, connack('24 02'), closed(0, /Maximum QoS/u)),
  first(
    '§3.2.2.3.5',
    'a retain available of 2',
    NEW,
    connack('25 02'),
    closed(0, /Retain Available/u),
  ),
  first(
    '§3.2.2.3.14',
    'a keep alive twice',
    NEW,
    connack('13 0001 13 0001'),
    closed(0, /more than once/u),
  ),
  first(
    'MQTT-1.5.4-1',
    'a client id that is no UTF-8',
    NEW,
    connack('12 0001 ff'),
    closed(0, /UTF-8/u),
  ),
  first(
    '§2.2.2.2',
    'a property of a PUBLISH in the CONNACK',
    NEW,
    connack('01 01'),
    closed(0, /Payload Format/u),
  ),
  // What does not fit to what was asked
  suback(
    'MQTT-3.8.4-6',
    'a SUBACK with a code too many',
    OLD,
    '900400000000',
    closed(PROTOCOL, /2 codes for 1 filters/u),
  ),
  suback(
    '§3.9.3',
    'a SUBACK with a code too few: none',
    NEW,
    '9003000000',
    closed(MALFORMED, /SUBACK without a code/u),
  ),
  suback(
    'MQTT-3.8.4-6',
    'a SUBACK with a code too many',
    NEW,
    '90050000000000',
    closed(PROTOCOL, /2 codes for 1 filters/u),
  ),
  {
    ...row(
      'MQTT-3.3.4-9',
      'more messages at once than the Receive Maximum allows',
      NEW,
      '3407000161000200ff',
      closed(RECEIVE_MAXIMUM, /more than 1 messages at once/u),
    ),
    before: '3407000161000100ff',
    receiveMaximum: 1,
  },
  // What a broker may only forward, or what harms nobody
  row(
    'MQTT-1.5.4-1',
    'a topic that is no UTF-8',
    OLD,
    '300400 02c328'.replaceAll(' ', ''),
    heard(topicText(Uint8Array.of(0xc3, 0x28))),
  ),
  row(
    'MQTT-1.5.4-1',
    'a topic that is no UTF-8',
    NEW,
    '30050002fffe00',
    heard(topicText(Uint8Array.of(0xff, 0xfe))),
  ),
  row('MQTT-1.5.4-2', 'a topic with NUL', OLD, '3003000100', heard('\0')),
  row('MQTT-3.3.2-2', 'a topic with wildcards', OLD, '30050003612f23', heard('a/#')),
  row('MQTT-3.3.1-2', 'DUP with QoS 0', OLD, '3803000161', heard('a')),
  row(
    'MQTT-1.5.4-1',
    'a user property that is no UTF-8',
    NEW,
    withProperties('26 0001 ff 0001 fe'),
    heard('a'),
  ),
  row(
    '§3.3.2.3.7',
    'a user property twice',
    NEW,
    withProperties('26 000161 000162 26 000161 000162'),
    heard('a'),
  ),
  row(
    'MQTT-3.3.2-14',
    'a response topic with a wildcard',
    NEW,
    withProperties('08 0001 23'),
    heard('a'),
  ),
  row('§3.13', 'a PINGRESP that nobody asked for', BOTH, 'd000', heard(null)),
  row('§3.6.2.1', 'a PUBREL for nothing', BOTH, '62020009', heard(null)),
  row('§3.6.2.1', 'a PUBREC for nothing', BOTH, '50020009', heard(null)),
  row('§3.6.2.1', 'a PUBCOMP for nothing', BOTH, '70020009', heard(null)),
];
