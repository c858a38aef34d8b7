import File from '@lucide/svelte/icons/file';
import type { EncoderInfo, PublishDraft } from '../../app/contract-desk';
import type { Encoding } from '../../app/desk/suggest';
import { escapeHidden } from '../../app/payload/escape';
import type { MenuEntry } from '../ui/menu-items';

/** The label of an encoding: `Protobuf, gzip`. */
export function encodingLabel(
  { format, packing }: Pick<Encoding, 'format' | 'packing'>,
  encoders: readonly EncoderInfo[],
): string {
  const label = (id: string): string => encoders.find((one) => one.id === id)?.label ?? id;
  const first = encoders.length === 0 && format === 'text' ? 'Text' : label(format);
  return [first, ...packing.map(label)].join(', ');
}

/** The choice of a payload's format. */
export function formatMenu(
  draft: PublishDraft,
  suggestion: Encoding,
  encoders: readonly EncoderInfo[],
  change: (change: Partial<PublishDraft>) => void,
  onfile: () => void,
): MenuEntry[] {
  const isAutomatic = draft.format === null;
  const packing = isAutomatic ? suggestion.packing : draft.packing;
  return [
    {
      kind: 'choice',
      label: 'Automatic',
      hint: `${encodingLabel(suggestion, encoders)}${suggestion.because === '' ? '' : ` by ${escapeHidden(suggestion.because)}`}`,
      checked: isAutomatic,
      onselect: () => {
        change({ format: null, options: {}, packing: [] });
      },
    },
    ...encoders
      .filter(({ packs }) => !packs)
      .map((encoder): MenuEntry => ({
        kind: 'choice',
        label: encoder.label,
        hint: encoder.hint,
        checked: draft.format === encoder.id,
        onselect: () => {
          const isSuggested = encoder.id === suggestion.format;
          change({
            format: encoder.id,
            options: isSuggested ? suggestion.options : {},
            packing: isAutomatic && !isSuggested ? [] : packing,
          });
        },
      })),
    { kind: 'heading', label: 'Then packed as' },
    ...encoders
      .filter(({ packs }) => packs)
      .map((encoder): MenuEntry => ({
        kind: 'choice',
        label: encoder.label,
        hint: encoder.hint,
        checked: packing.includes(encoder.id),
        onselect: () => {
          const others = packing.filter((id) => id !== encoder.id);
          const { format, options } = isAutomatic ? suggestion : draft;
          const next = packing.includes(encoder.id) ? others : [...others, encoder.id];
          change({ format, options, packing: next });
        },
      })),
    { kind: 'separator' },
    { kind: 'action', label: 'Send a file instead…', icon: File, onselect: onfile },
  ];
}
