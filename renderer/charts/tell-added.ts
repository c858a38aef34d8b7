import { app } from '../state/app.svelte';

/** Says that a profile's charts have more now, and leads there. */
export function tellAdded(profileId: string): void {
  app.toasts.show({
    text: 'Added to the charts of this connection',
    tone: 'good',
    action: {
      label: 'Show',
      run: () => {
        app.activate(profileId);
        app.show('charts');
      },
    },
  });
}
