import { LazyComponent } from '../ui/lazy-component.svelte';

/** Where a payload is written. */
export const payloadEditor = new LazyComponent(() => import('./PayloadEditor.svelte'));
