import { hasTopic, hasValue, type FigureRule, type SystemTable } from './system-table';

/** The names that the wiki of mqtt.org proposes for all brokers ("SYS Topics"). */
const COMMON: readonly FigureRule[] = [
  ['version', 'Version', 'text', 'Broker'],
  ['uptime', 'Running for', 'duration', 'Broker'],
  ['time', 'Time of the broker', 'text', 'Broker'],
  ['clients/connected', 'Connected', 'count', 'Clients'],
  ['clients/total', 'Known', 'count', 'Clients'],
  ['clients/disconnected', 'Disconnected, with a session', 'count', 'Clients'],
  ['clients/maximum', 'Most at the same time', 'count', 'Clients'],
  ['messages/publish/received', 'Publishes received', 'total', 'Messages'],
  ['messages/publish/sent', 'Publishes sent', 'total', 'Messages'],
  ['messages/publish/dropped', 'Publishes dropped', 'total', 'Messages'],
  ['messages/received', 'Packets received', 'total', 'Messages'],
  ['messages/sent', 'Packets sent', 'total', 'Messages'],
  ['messages/inflight', 'Waiting for acknowledgement', 'count', 'Messages'],
  ['messages/stored', 'Stored', 'count', 'Messages'],
  ['load/bytes/received', 'Bytes received', 'totalBytes', 'Traffic'],
  ['load/bytes/sent', 'Bytes sent', 'totalBytes', 'Traffic'],
  ['bytes/received', 'Bytes received', 'totalBytes', 'Traffic'],
  ['bytes/sent', 'Bytes sent', 'totalBytes', 'Traffic'],
  ['messages/retained/count', 'Retained messages', 'count', 'Subscriptions and retained'],
  ['subscriptions/count', 'Subscriptions', 'count', 'Subscriptions and retained'],
];

/** HiveMQ with its $SYS extension, which keeps to the common names. */
export const hivemq: SystemTable = {
  name: 'HiveMQ',
  prefix: /^\$SYS\/broker\//u,
  recognise: (values) => (hasValue(values, /^\$SYS\/broker\/version$/u, /hivemq/iu) ? 3 : 0),
  rules: COMMON,
};

/** Brokers that use the common names and do not say who they are. */
export const commonNames: SystemTable = {
  name: 'Broker with the common $SYS topics',
  prefix: /^\$SYS\/broker\//u,
  recognise: (values) => (hasTopic(values, /^\$SYS\/broker\//u) ? 1 : 0),
  rules: COMMON,
};
