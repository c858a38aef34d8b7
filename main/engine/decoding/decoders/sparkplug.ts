import { isSparkplugTopic } from '../../../../app/decoding/needs-engine';
import { formatTimeUs } from '../../../../app/payload/format';
import { jsonValue, type Decoder } from '../decoder';
import { writeJson } from '../json-writer';
import {
  payloadMembers,
  readSparkplug,
  UNKNOWN,
  type Births,
  type SparkplugPayload,
} from '../sparkplug-payload';
import {
  sparkplugTopic,
  type SparkplugMessage,
  type SparkplugState,
  type SparkplugTopic,
} from '../sparkplug-state';
import { birthsBefore, NOTHING_BEFORE, readOrNone } from '../sparkplug-births';
import { json } from './json';

/**
 * Sparkplug B: metrics by the names that the last birth before the message gave their aliases, gaps of the sequence, and
 * whether node and device were online. Works at any moment of the past, since all of it comes from the history.
 */
export const sparkplug: Decoder = {
  id: 'sparkplug',
  label: 'Sparkplug B',
  hint: 'metrics by name',
  unpacks: false,
  options: [],
  contentTypes: [],
  ownsTopic: isSparkplugTopic,
  decode: (bytes, options, context) => {
    const place = sparkplugTopic(context.topic);
    // The state of a host application is JSON (Sparkplug 3.0.0 §6.4.23).
    if (context.topic.startsWith('spBv1.0/STATE/')) return json.decode(bytes, options, context);
    const payload = readSparkplug(bytes);
    const state = context.sparkplug ?? NOTHING_BEFORE;
    const births = birthsBefore(place, state);
    if (place?.type.endsWith('BIRTH') === true) births.add(payload);
    return jsonValue(writeJson(payloadMembers(payload, births), context.maxBytes), [
      ...(place ? aboutSequence(place, payload, state) : []),
      ...aboutAliases(payload, births),
      ...aboutTypes(payload, births),
      ...(place ? aboutState(place, payload, state) : []),
    ]);
  },
};

const MOST_NAMES = 10;

function aboutAliases(payload: SparkplugPayload, births: Births): string[] {
  const unknown = payload.metrics.filter((metric) => births.of(metric).name === null);
  if (unknown.length === 0) return [];
  const aliases = unknown.slice(0, MOST_NAMES).map(({ alias }) => String(alias ?? '?'));
  const more = unknown.length > aliases.length ? ' …' : '';
  return [
    `No name is known for alias ${aliases.join(', ')}${more}: no birth that announces it was received before. Ask the node for a rebirth.`,
  ];
}

/** A number without its type is shown as it travelled: what was below zero looks large. */
function aboutTypes(payload: SparkplugPayload, births: Births): string[] {
  const names = payload.metrics
    .map((metric) => births.of(metric))
    .filter(({ name, datatype }) => name !== null && datatype === UNKNOWN)
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const more = names.length > MOST_NAMES ? ' …' : '';
  return [
    `No datatype is known for ${names.slice(0, MOST_NAMES).join(', ')}${more}: no birth that announces it was received before, so that whole numbers are shown without their sign.`,
  ];
}

/** Births, data and device deaths of a node count one sequence from 0 to 255 (Sparkplug 3.0.0 §6.4.16). */
function aboutSequence(
  place: SparkplugTopic,
  payload: SparkplugPayload,
  state: SparkplugState,
): string[] {
  if (!payload.seq || place.type.endsWith('CMD') || place.type === 'NDEATH') return [];
  const seq = Number(payload.seq);
  if (place.type === 'NBIRTH') {
    return seq === 0
      ? []
      : [`The sequence of a node's birth should begin at 0, not ${String(seq)}.`];
  }
  const [previous] = readOrNone(state.previous);
  if (!previous?.seq) return [];
  const expected = (Number(previous.seq) + 1) % 256;
  if (seq === expected) return [];
  const missing = (seq - expected + 256) % 256;
  return [
    `A gap in the sequence: ${String(seq)} after ${String(previous.seq)}; at least ${String(missing)} ${missing === 1 ? 'message is' : 'messages are'} missing.`,
  ];
}

function aboutState(
  place: SparkplugTopic,
  payload: SparkplugPayload,
  state: SparkplugState,
): string[] {
  if (place.type === 'NDEATH') return aboutDeath(payload, state);
  if (place.type === 'NBIRTH') return [`Edge node ${place.node} is online from here.`];
  const { nodeBirth, nodeDeath } = state;
  const notes = [onlineWords(`Edge node ${place.node}`, nodeBirth, nodeDeath)];
  if (place.type === 'DBIRTH') notes.push(`Device ${place.device} is online from here.`);
  else if (place.type === 'DDEATH') notes.push(`Device ${place.device} is offline from here.`);
  else if (place.device !== '') {
    notes.push(onlineWords(`Device ${place.device}`, state.deviceBirth, state.deviceDeath));
  }
  return notes;
}

function onlineWords(
  who: string,
  birth: SparkplugMessage | null,
  death: SparkplugMessage | null,
): string {
  if (!birth && !death) return `${who}: no birth was received before this message.`;
  const isOnline = birth !== null && birth.id > (death?.id ?? 0);
  const since = isOnline ? birth.timeUs : (death?.timeUs ?? 0);
  return `${who} ${isOnline ? 'online' : 'offline'} since ${formatTimeUs(since)}.`;
}

/** The death of a connection that was replaced carries the number of an earlier birth (§6.4.19). */
function aboutDeath(payload: SparkplugPayload, state: SparkplugState): string[] {
  const [birth] = readOrNone(state.nodeBirth);
  const [died, born] = [bdSeqOf(payload), birth ? bdSeqOf(birth) : null];
  if (died === null) return ['This death has no bdSeq: it cannot be told which birth it ends.'];
  if (born === null || born === died) return ['The edge node is offline from here.'];
  return [
    `bdSeq ${died} is not that of the last birth (${born}): it ends an earlier connection, and the node is still online.`,
  ];
}

function bdSeqOf(payload: SparkplugPayload): string | null {
  const metric = payload.metrics.find(({ name }) => name === 'bdSeq');
  const value = metric?.long_value ?? metric?.int_value;
  return value === undefined ? null : String(value);
}
