import { mount } from 'svelte';
import { messageOf } from '../app/errors';
import App from './App.svelte';
import PopOutWindow from './pop-out/PopOutWindow.svelte';
import { app } from './state/app.svelte';
import { loadLazyComponents } from './ui/lazy-component.svelte';
import { ignoreStrayClicks } from './ui/stray-click';
import './theme/tokens.css';
import './theme/base.css';

async function start(): Promise<void> {
  const target = document.getElementById('window');
  if (!target) throw new Error('The page has no place for the window.');
  try {
    await app.start();
  } catch (error) {
    // Without its first answer the window still opens, and says so.
    app.toasts.show({
      text: `The window's settings could not be loaded: ${messageOf(error)}`,
      tone: 'bad',
      lastsMs: null,
    });
  }
  ignoreStrayClicks(document);
  if (app.popOut === null) mount(App, { target });
  else mount(PopOutWindow, { target, props: { popOut: app.popOut } });
  loadLazyComponents();
}

void start();
