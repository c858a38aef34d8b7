import Copy from '@lucide/svelte/icons/copy';
import Filter from '@lucide/svelte/icons/list-filter';
import FilterX from '@lucide/svelte/icons/list-x';
import ListTree from '@lucide/svelte/icons/list-tree';
import type { PacketFileFormat, PacketFilter, PacketRow } from '../../app/contract-packets';
import { PACKET_TYPES, type PacketType } from '../../app/mqtt/packet-types';
import type { AppState } from '../state/app.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { ALL_PACKETS, type PacketsState } from './packets-state.svelte';

/** Types that are looked for together. */
const GROUPS: ReadonlyArray<readonly [label: string, types: readonly PacketType[]]> = [
  ['Messages', ['PUBLISH']],
  ['Acknowledgements of messages', ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP']],
  ['Subscriptions', ['SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK']],
  ['Connection', ['CONNECT', 'CONNACK', 'AUTH', 'DISCONNECT']],
  ['Pings', ['PINGREQ', 'PINGRESP']],
];

/** The types to list, as a menu of choices; none chosen means all. */
export function typeEntries(
  { types }: PacketFilter,
  change: (change: Partial<PacketFilter>) => void,
): MenuEntry[] {
  const choose = (next: ReadonlySet<PacketType>): void => {
    const chosen = PACKET_TYPES.filter((type) => next.has(type));
    change({ types: chosen.length === PACKET_TYPES.length ? [] : chosen });
  };
  const all = new Set<PacketType>(types.length === 0 ? PACKET_TYPES : types);
  return [
    {
      kind: 'action',
      label: 'All types',
      disabled: types.length === 0,
      onselect: () => {
        choose(new Set(PACKET_TYPES));
      },
    },
    {
      kind: 'action',
      label: 'All but pings',
      onselect: () => {
        choose(new Set(PACKET_TYPES.filter((type) => !type.startsWith('PING'))));
      },
    },
    ...GROUPS.flatMap(([label, members]): MenuEntry[] => [
      { kind: 'heading', label },
      ...members.map((type): MenuEntry => ({
        kind: 'choice',
        label: type,
        checked: types.includes(type),
        onselect: () => {
          const next = new Set(types.length === 0 ? [] : all);
          if (types.includes(type)) next.delete(type);
          else next.add(type);
          choose(next);
        },
      })),
    ]),
  ];
}

export function typeWords({ types }: PacketFilter): string {
  if (types.length === 0) return 'All types';
  if (types.length <= 2) return types.join(', ');
  return types.length === PACKET_TYPES.length - 2 && !types.some((type) => type.startsWith('PING'))
    ? 'All but pings'
    : `${String(types.length)} types`;
}

/** The files that packets are saved as. */
export function saveEntries(save: (format: PacketFileFormat) => void): MenuEntry[] {
  return [
    { kind: 'heading', label: 'Save all that is kept' },
    {
      kind: 'action',
      label: 'As JSON lines (.jsonl)',
      onselect: () => {
        save('jsonl');
      },
    },
    {
      kind: 'action',
      label: 'As a capture for Wireshark (.pcap)',
      onselect: () => {
        save('pcap');
      },
    },
  ];
}

/** What can be done with a packet of the list. */
export function packetMenu(
  app: AppState,
  list: PacketsState,
  { summary: { type, topic, packetId } }: Extract<PacketRow, { kind: 'packet' }>,
): MenuEntry[] {
  return [
    ...(type === null
      ? []
      : [
          {
            kind: 'action' as const,
            label: `List ${type} only`,
            icon: Filter,
            onselect: () => {
              list.change({ ...list.filter, types: [type] });
            },
          },
        ]),
    ...(topic === null ? [] : topicEntries(app, list, topic, type)),
    ...(list.isFiltered
      ? [
          {
            kind: 'action' as const,
            label: 'List all packets',
            icon: FilterX,
            onselect: () => {
              list.change(ALL_PACKETS);
            },
          },
        ]
      : []),
    ...(packetId === null
      ? []
      : [
          { kind: 'separator' as const },
          {
            kind: 'action' as const,
            label: 'Copy packet identifier',
            icon: Copy,
            onselect: () => void app.copy(String(packetId), 'Packet identifier'),
          },
        ]),
  ];
}

/** A PUBLISH has one topic name; a SUBSCRIBE may have many filters. */
function topicEntries(
  app: AppState,
  list: PacketsState,
  topic: string,
  type: PacketType | null,
): MenuEntry[] {
  const copy: MenuEntry = {
    kind: 'action',
    label: type === 'PUBLISH' ? 'Copy topic' : 'Copy topic filters',
    icon: Copy,
    onselect: () => void app.copy(topic, 'Topic'),
  };
  if (type !== 'PUBLISH') return [copy];
  return [
    {
      kind: 'action',
      label: 'List this topic only',
      icon: Filter,
      onselect: () => {
        list.change({ ...list.filter, topic });
      },
    },
    {
      kind: 'action',
      label: 'Open the topic in the tree',
      icon: ListTree,
      onselect: () => {
        app.show('topics');
        void app.attempt(() => app.reveal(topic));
      },
    },
    copy,
  ];
}
