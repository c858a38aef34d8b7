import { hasTopic, type SystemTable } from './system-table';

/** aedes, which tells of its heartbeat and of clients that come and go (1.2.0 was run), and aedes-stats, which adds the rest. */
export const aedes: SystemTable = {
  name: 'aedes',
  prefix: /^\$SYS\/([^/]+)\//u,
  recognise: (values) =>
    hasTopic(
      values,
      /^\$SYS\/[^/]+\/(heartbeat|birth|(new|disconnect)\/clients|new\/(un)?subscribes|messages\/publish\/sent|memory\/heap\/current)$/u,
    )
      ? 2
      : 0,
  rules: [
    ['heartbeat', 'Last heartbeat of', 'text', 'Broker'],
    ['uptime', 'Running for', 'duration', 'Broker'],
    ['time', 'Time of the broker', 'text', 'Broker'],
    ['new/clients', 'Last client that came', 'text', 'Clients'],
    ['disconnect/clients', 'Last client that left', 'text', 'Clients'],
    ['clients/total', 'Connected', 'count', 'Clients'],
    ['clients/maximum', 'Most at the same time', 'count', 'Clients'],
    ['messages/publish/sent', 'Messages published', 'total', 'Messages'],
    ['memory/heap/current', 'Memory in use', 'bytes', 'Resources'],
    ['memory/heap/maximum', 'Memory reserved', 'bytes', 'Resources'],
    ['cpu/usage', 'Processor', 'percent', 'Resources'],
    ['cpu/avg/last/1', 'Load, over 1 min', 'count', 'Resources'],
    ['cpu/avg/last/5', 'Load, over 5 min', 'count', 'Resources'],
    ['cpu/avg/last/15', 'Load, over 15 min', 'count', 'Resources'],
  ],
};
