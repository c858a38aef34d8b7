import type { PacketFileFormat, PacketFilter } from '../../app/contract-packets';
import { PACKET_TYPES, type PacketType } from '../../app/mqtt/packet-types';
import type { MenuEntry } from '../ui/menu-items';

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
