import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, usageError } from '@livekit-swarm/settings';
import { type WebhookEvent, WebhookReceiver } from 'livekit-server-sdk';

export interface ListenAddress {
  /** Name or address. */
  host: string;
  /** 0: any free port. */
  port: number;
}

export interface WebhookListener extends AsyncDisposable {
  readonly port: number;
  /** Requests that were refused, as their signature or their body was wrong. */
  readonly refused: number;
  /** Sets what is called with each event, and its arrival by `performance.now()`. */
  onEvent: (event: WebhookEvent, arrivedAt: number) => void;
}

/** Maximum size of a webhook, bytes; that of a room with a thousand tracks is smaller. */
const MAX_BYTES = 256 * 1024;

/**
 * Receives webhooks of a deployment, and verifies the signature of each.
 * @throws SwarmError `usage` when the address cannot be used
 */
export const listenForWebhooks = async (
  { host, port }: ListenAddress,
  { apiKey, apiSecret }: { apiKey: string; apiSecret: string },
): Promise<WebhookListener> => {
  const receiver = new WebhookReceiver(apiKey, apiSecret);
  let refused = 0;
  let handler: WebhookListener['onEvent'] = () => {};
  const server = createServer(async (request, response) => {
    try {
      const body = await bodyOf(request);
      // Before the signature is verified: a burst of webhooks must not look late.
      const arrivedAt = performance.now();
      const event =
        body === null
          ? null
          : await receiver.receive(body, request.headers.authorization).catch(() => null);
      if (event === null) {
        refused++;
        response.writeHead(body === null ? 413 : 401, { connection: 'close' }).end();
        return;
      }
      response.writeHead(200).end();
      handler(event, arrivedAt);
    } catch {
      // A connection that broke: LiveKit sends the webhook again.
      response.destroy();
    }
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw usageError(
      `--listen: webhooks cannot be received at ${host}:${port} (${codeOf(error) ?? 'error'})`,
      'give an address of this host and a free port',
    );
  }
  return {
    port: (server.address() as AddressInfo).port,
    get refused() {
      return refused;
    },
    get onEvent() {
      return handler;
    },
    set onEvent(next) {
      handler = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** Body of a request; null: it is too large. */
const bodyOf = async (request: IncomingMessage): Promise<string | null> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};
