import type { Component } from 'svelte';
import type { Viewer } from '../../../app/payload/detect';
import type { Viewed } from '../viewed';
import Base64Viewer from './Base64Viewer.svelte';
import FieldsViewer from './FieldsViewer.svelte';
import HexViewer from './HexViewer.svelte';
import ImageViewer from './ImageViewer.svelte';
import JsonViewer from './JsonViewer.svelte';
import { hasNumber } from './number-view';
import NumberViewer from './NumberViewer.svelte';
import SourceViewer from './SourceViewer.svelte';
import { isTable } from './table-rows';
import TableViewer from './TableViewer.svelte';
import TextViewer from './TextViewer.svelte';

/** What every viewer is given: one message, decoded as far as it could be. */
export interface ViewerProps {
  readonly viewed: Viewed;
  /** Whose message it is. */
  readonly profileId: string;
  readonly topic: string;
}

export interface ViewerEntry {
  readonly id: Viewer;
  readonly label: string;
  readonly component: Component<ViewerProps>;
  /** Whether it is offered for a value; absent: always. */
  readonly shows?: (viewed: Viewed) => boolean;
}

/** Every viewer, in the order of the menu. A new one is a file and a line here. */
export const viewers: readonly ViewerEntry[] = [
  { id: 'json', label: 'JSON', component: JsonViewer },
  { id: 'source', label: 'JSON source', component: SourceViewer },
  { id: 'table', label: 'Table', component: TableViewer, shows: isTable },
  {
    id: 'fields',
    label: 'Fields',
    component: FieldsViewer,
    shows: ({ decoded }) => decoded?.value.kind === 'fields',
  },
  {
    id: 'image',
    label: 'Image',
    component: ImageViewer,
    shows: ({ decoded }) => decoded?.value.kind === 'image',
  },
  { id: 'number', label: 'Number', component: NumberViewer, shows: hasNumber },
  { id: 'text', label: 'Text', component: TextViewer },
  { id: 'hex', label: 'Hex', component: HexViewer },
  { id: 'base64', label: 'Base64', component: Base64Viewer },
];

/** The viewer with an id, or undefined for one that is not known (any more). */
export function viewerWith(id: string): ViewerEntry | undefined {
  return viewers.find((viewer) => viewer.id === id);
}

/** The viewers of a topic: the best one (a rule's counts before what was detected) and the one a person chose. */
export function viewersFor(
  viewed: Viewed,
  ruled: string | null | undefined,
  chosenId: string | null,
): { readonly best: ViewerEntry | undefined; readonly chosen: ViewerEntry | undefined } {
  /** A rule's viewer shows first what it can show; a viewer chosen by hand shows whatever there is. */
  const byRule = viewed.decoded?.problem ? undefined : viewerWith(ruled ?? '');
  return {
    best: byRule ?? viewerWith(viewed.detected.viewer),
    chosen: viewerWith(chosenId ?? ''),
  };
}
