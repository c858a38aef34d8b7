import { app } from 'electron';
import { isBrokerLink } from './links';

export interface LinksOfSystem {
  /** Hands over the links that came until now, and each that comes later. */
  serve(receive: (url: string) => void): void;
}

/** macOS hands links over as events, which may come before anybody can answer. */
export function linksOfSystem(ofArguments: readonly string[]): LinksOfSystem {
  const early = [...ofArguments];
  let receive = (url: string): void => {
    early.push(url);
  };
  app.on('open-url', (event, url) => {
    event.preventDefault();
    if (isBrokerLink(url)) receive(url);
  });
  return {
    serve: (receiver) => {
      receive = receiver;
      for (const url of early) receiver(url);
    },
  };
}
