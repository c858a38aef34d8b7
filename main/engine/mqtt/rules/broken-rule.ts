import type { Violation } from '../../../../app/mqtt-violation';

const REASON_CODES: Readonly<Record<Violation['kind'], number>> = {
  malformed: 0x81,
  'protocol-error': 0x82,
  'receive-maximum': 0x93,
  'topic-alias': 0x94,
  'too-large': 0x95,
};

/** A rule of the specification that a packet breaks; it is thrown where that is found, and never leaves this folder. */
export class BrokenRule extends Error {
  readonly kind: Violation['kind'];
  readonly section: string;

  constructor(kind: Violation['kind'], section: string, words: string) {
    super(words);
    this.name = 'BrokenRule';
    this.kind = kind;
    this.section = section;
  }

  get reasonCode(): number {
    return REASON_CODES[this.kind];
  }
}

/** The bytes can't be read as a packet (MQTT 5.0 §1.2 Malformed Packet). */
export function malformed(section: string, words: string): never {
  throw new BrokenRule('malformed', section, words);
}

/** The packet could be read, and must not have come, or not like this (MQTT 5.0 §1.2 Protocol Error). */
export function protocolError(section: string, words: string): never {
  throw new BrokenRule('protocol-error', section, words);
}
