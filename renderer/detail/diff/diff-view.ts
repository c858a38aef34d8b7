import { LazyComponent } from '../../ui/lazy-component.svelte';

/** Two texts beside or in one another, with what differs marked. */
export const diffView = new LazyComponent(() => import('./DiffView.svelte'));
