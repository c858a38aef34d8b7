/** What is known of a Sparkplug edge node besides the message that is decoded: everything comes from before it. */
export interface SparkplugState {
  /** The last birth of the node, and of the device for a message of one. */
  readonly nodeBirth: SparkplugMessage | null;
  readonly deviceBirth: SparkplugMessage | null;
  readonly nodeDeath: SparkplugMessage | null;
  readonly deviceDeath: SparkplugMessage | null;
  /** The node's message just before this one, whatever its kind; null when it isn't known. */
  readonly previous: SparkplugMessage | null;
}

export interface SparkplugMessage {
  readonly id: number;
  readonly timeUs: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** `spBv1.0/group/NDATA/node/device` (Sparkplug 3.0.0 §4.1). */
export interface SparkplugTopic {
  readonly group: string;
  readonly type: string;
  readonly node: string;
  /** Empty for a message of the node itself. */
  readonly device: string;
}

const TYPES = ['NBIRTH', 'NDEATH', 'NDATA', 'NCMD', 'DBIRTH', 'DDEATH', 'DDATA', 'DCMD'];

export function sparkplugTopic(topic: string): SparkplugTopic | null {
  const [namespace, group = '', type = '', node = '', device = '', ...more] = topic.split('/');
  if (namespace !== 'spBv1.0' || !TYPES.includes(type) || node === '' || more.length > 0)
    return null;
  return type.startsWith('D') === (device !== '') ? { group, type, node, device } : null;
}
