import { LazyComponent } from '../../ui/lazy-component.svelte';

/** A text with colours, folding and a search of its own. */
export const codeView = new LazyComponent(() => import('./CodeView.svelte'));
