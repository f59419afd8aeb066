/** A receiver of Alertmanager webhooks. */
import { createServer, type IncomingMessage } from 'node:http';
import { alertKey } from '../alert-key.ts';
import { listenOnLoopback } from '../loopback-server.ts';

/** One alert of one notification. */
export interface AlertNotification {
  /** Name of the alert, and its window if it has one. */
  alert: string;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Arrival, `performance.now()`, ms. */
  atMs: number;
}

export interface WebhookReceiver {
  url: string;
  /** Notifications in the order of arrival. */
  notifications: readonly AlertNotification[];
  close(): Promise<void>;
}

/** Payload of Alertmanager's webhook, version 4. */
interface Notification {
  version: string;
  alerts: {
    status: 'firing' | 'resolved';
    labels: Record<string, string>;
    annotations: Record<string, string>;
  }[];
}

export const receiveWebhooks = async (): Promise<WebhookReceiver> => {
  const notifications: AlertNotification[] = [];
  const server = createServer(async (request, response) => {
    const atMs = performance.now();
    const { version, alerts } = JSON.parse(await bodyOf(request)) as Notification;
    if (version !== '4')
      throw new Error(`unexpected version of the Alertmanager webhook: ${version}`);
    for (const { status, labels, annotations } of alerts) {
      notifications.push({
        alert: alertKey(labels.alertname ?? '', labels),
        status,
        labels,
        annotations,
        atMs,
      });
    }
    response.end();
  });
  const { address, close } = await listenOnLoopback(server);
  return { url: `http://${address}/`, notifications, close };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};
