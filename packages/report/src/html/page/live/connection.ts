import type { LiveMessage } from '../../live/live-data.ts';
import type { LiveView } from './view.ts';

/** Connects to the server of the page, and again whenever the connection is lost: a new one begins with everything. */
export const listen = (view: LiveView): void => {
  const source = new EventSource('events');
  source.addEventListener('open', () => view.setConnected(true));
  source.addEventListener('error', () => view.setConnected(false));
  source.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const message = JSON.parse(data) as LiveMessage;
    if (message.kind === 'reports' && message.become !== null) {
      source.close();
      location.replace(message.become);
      return;
    }
    view.show(message);
  });
};
