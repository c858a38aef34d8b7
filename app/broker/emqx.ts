import { hasTopic, type FigureRule, type SystemTable } from './system-table';

type Stat = readonly [name: string, label: string, group: FigureRule[3]];

const STATS: readonly Stat[] = [
  ['connections', 'Connections', 'Clients'],
  ['live_connections', 'Connected', 'Clients'],
  ['clients', 'Clients', 'Clients'],
  ['sessions', 'Sessions', 'Clients'],
  ['channels', 'Channels', 'Clients'],
  ['topics', 'Topics subscribed', 'Subscriptions and retained'],
  ['routes', 'Routes', 'Subscriptions and retained'],
  ['suboptions', 'Subscription options', 'Subscriptions and retained'],
  ['subscribers', 'Subscribers', 'Subscriptions and retained'],
  ['subscriptions', 'Subscriptions', 'Subscriptions and retained'],
  ['subscriptions/shared', 'Shared subscriptions', 'Subscriptions and retained'],
  ['retained', 'Retained messages', 'Subscriptions and retained'],
  ['delayed', 'Delayed messages', 'Messages'],
];

/** Version 4 writes `connections.count`, version 5 `connections/count` here and there: both are known. */
const statRules = STATS.flatMap(([name, label, group]) =>
  ['/', '.'].flatMap((dot): FigureRule[] => [
    [`stats/${name.replace('/', dot)}${dot}count`, label, 'count', group],
    [`stats/${name.replace('/', dot)}${dot}max`, `${label}, most`, 'count', group],
  ]),
);

const metricRules = (
  [
    ['bytes/received', 'Bytes received', 'totalBytes', 'Traffic'],
    ['bytes/sent', 'Bytes sent', 'totalBytes', 'Traffic'],
    ['packets/received', 'Packets received', 'total', 'Traffic'],
    ['packets/sent', 'Packets sent', 'total', 'Traffic'],
    ['packets/connect/received', 'CONNECT received', 'total', 'Clients'],
    ['packets/disconnect/received', 'DISCONNECT received', 'total', 'Clients'],
    ['packets/publish/received', 'PUBLISH received', 'total', 'Messages'],
    ['packets/publish/sent', 'PUBLISH sent', 'total', 'Messages'],
    ['packets/publish/error', 'PUBLISH that failed', 'total', 'Messages'],
    ['packets/publish/auth_error', 'PUBLISH not authorised', 'total', 'Messages'],
    ['packets/publish/dropped', 'PUBLISH dropped', 'total', 'Messages'],
    ['messages/received', 'Messages received', 'total', 'Messages'],
    ['messages/sent', 'Messages sent', 'total', 'Messages'],
    ['messages/dropped', 'Messages dropped', 'total', 'Messages'],
    ['messages/retained', 'Messages retained', 'total', 'Messages'],
    ['messages/delivered', 'Messages delivered', 'total', 'Messages'],
    ['messages/acked', 'Messages acknowledged', 'total', 'Messages'],
    ['messages/qos0/received', 'QoS 0 received', 'total', 'Messages'],
    ['messages/qos1/received', 'QoS 1 received', 'total', 'Messages'],
    ['messages/qos2/received', 'QoS 2 received', 'total', 'Messages'],
    ['messages/qos0/sent', 'QoS 0 sent', 'total', 'Messages'],
    ['messages/qos1/sent', 'QoS 1 sent', 'total', 'Messages'],
    ['messages/qos2/sent', 'QoS 2 sent', 'total', 'Messages'],
  ] satisfies FigureRule[]
).flatMap(([topic, label, kind, group]): FigureRule[] => [
  [`metrics/${topic}`, label, kind, group],
  [`metrics/${topic.replaceAll('/', '.')}`, label, kind, group],
]);

/** EMQX 4 and 5, as its documentation lists them. */
export const emqx: SystemTable = {
  name: 'EMQX',
  prefix: /^\$SYS\/brokers\/([^/]+)\//u,
  recognise: (values) => (hasTopic(values, /^\$SYS\/brokers(\/|$)/u) ? 2 : 0),
  rules: [
    ['version', 'Version', 'text', 'Broker'],
    ['uptime', 'Running for', 'duration', 'Broker'],
    ['datetime', 'Time of the broker', 'text', 'Broker'],
    ['sysdescr', 'Description', 'text', 'Broker'],
    ...statRules,
    ...metricRules,
    ['sysmon/cpu_usage', 'Processor', 'percent', 'Resources'],
  ],
};
