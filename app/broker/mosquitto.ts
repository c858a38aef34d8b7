import { hasTopic, hasValue, type FigureRule, type SystemTable } from './system-table';

const LOADS = [
  ['bytes/received', 'Bytes received', 'bytesPerMinute'],
  ['bytes/sent', 'Bytes sent', 'bytesPerMinute'],
  ['messages/received', 'Packets received', 'perMinute'],
  ['messages/sent', 'Packets sent', 'perMinute'],
  ['publish/received', 'Publishes received', 'perMinute'],
  ['publish/sent', 'Publishes sent', 'perMinute'],
  ['publish/dropped', 'Publishes dropped', 'perMinute'],
  ['connections', 'Connections', 'perMinute'],
  ['sockets', 'Sockets opened', 'perMinute'],
] as const;

/** Averages per minute over the last 1, 5 and 15 minutes. */
const loadRules = LOADS.flatMap(([topic, label, kind]) =>
  (['1min', '5min', '15min'] as const).map((span): FigureRule => [
    `load/${topic}/${span}`,
    `${label}, over ${span.replace('min', ' min')}`,
    kind,
    'Load',
  ]),
);

/**
 * Eclipse Mosquitto 1.4 to 2.1, as its manual mosquitto(8) lists them; 2.0.11 was run. What it publishes under an older name
 * too is left among the topics that are only listed.
 */
export const mosquitto: SystemTable = {
  name: 'Mosquitto',
  prefix: /^\$SYS\/broker\//u,
  recognise: (values) => {
    if (hasValue(values, /^\$SYS\/broker\/version$/u, /mosquitto/iu)) return 3;
    return hasTopic(values, /^\$SYS\/broker\/(publish\/messages|store\/messages|load\/.*\/1min)/u)
      ? 2
      : 0;
  },
  rules: [
    ['version', 'Version', 'text', 'Broker'],
    ['uptime', 'Running for', 'duration', 'Broker'],
    ['timestamp', 'Built', 'text', 'Broker'],
    ['clients/connected', 'Connected', 'count', 'Clients'],
    ['clients/total', 'Known', 'count', 'Clients'],
    ['clients/disconnected', 'Disconnected, with a session', 'count', 'Clients'],
    ['clients/maximum', 'Most at the same time', 'count', 'Clients'],
    ['clients/expired', 'Sessions expired', 'total', 'Clients'],
    ['connections/socket/count', 'Open sockets', 'count', 'Clients'],
    ['publish/messages/received', 'Publishes received', 'total', 'Messages'],
    ['publish/messages/sent', 'Publishes sent', 'total', 'Messages'],
    ['publish/messages/dropped', 'Publishes dropped', 'total', 'Messages'],
    ['messages/received', 'Packets received', 'total', 'Messages'],
    ['messages/sent', 'Packets sent', 'total', 'Messages'],
    ['messages/inflight', 'Waiting for acknowledgement', 'count', 'Messages'],
    ['store/messages/count', 'Stored, retained ones too', 'count', 'Messages'],
    ['store/messages/bytes', 'Payloads stored', 'bytes', 'Messages'],
    ['packet/out/count', 'Packets queued to be sent', 'count', 'Messages'],
    ['packet/out/bytes', 'Bytes queued to be sent', 'bytes', 'Messages'],
    ['bytes/received', 'Bytes received', 'totalBytes', 'Traffic'],
    ['bytes/sent', 'Bytes sent', 'totalBytes', 'Traffic'],
    ['publish/bytes/received', 'Payloads received', 'totalBytes', 'Traffic'],
    ['publish/bytes/sent', 'Payloads sent', 'totalBytes', 'Traffic'],
    ['subscriptions/count', 'Subscriptions', 'count', 'Subscriptions and retained'],
    ['shared_subscriptions/count', 'Shared subscriptions', 'count', 'Subscriptions and retained'],
    // With a space, as it is published.
    [
      'retained messages/count',
      'Retained messages, $SYS too',
      'count',
      'Subscriptions and retained',
    ],
    ...loadRules,
    ['heap/current', 'Memory in use', 'bytes', 'Resources'],
    ['heap/maximum', 'Most memory used', 'bytes', 'Resources'],
    ['heap/current size', 'Memory in use', 'bytes', 'Resources'],
    ['heap/maximum size', 'Most memory used', 'bytes', 'Resources'],
  ],
};
