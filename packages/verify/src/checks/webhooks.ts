import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentAt, isJoin, joinBySignal } from '@livekit-swarm/livekit';
import { WebhookReceiver } from 'livekit-server-sdk';
import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';
import { decodeToken } from './token.ts';

/** Received webhook request. */
export interface Webhook {
  /** Room of the event; null: the body is not an event. */
  room: string | null;
  /** API key that signed the request; null: it has no signature. */
  issuer: string | null;
  /** True if the signature fits the API secret and the body. */
  isValid: boolean;
}

/**
 * Result of the check.
 * @param room room that must have caused an event
 */
export const webhooksRule = (
  webhooks: readonly Webhook[],
  room: string,
  apiKey: string,
): CheckResult => {
  const own = webhooks.filter((webhook) => webhook.room === room);
  const [bad] = own.filter(({ isValid }) => !isValid);
  if (bad !== undefined)
    return found(
      'error',
      [
        bad.issuer === null
          ? 'an event arrived without a signature'
          : bad.issuer === apiKey
            ? `an event is signed with ${apiKey}, and not with its secret`
            : `an event is signed with the key ${bad.issuer}, not with ${apiKey}`,
      ],
      'set webhook.api_key to a key that receivers know, and keep both keys at receivers while keys are rotated',
    );
  return own.length === 0
    ? found('error', [`no event of the room arrived within ${WAIT_MS / 1_000} s`])
    : passed(`${own.length} events arrived, signed with ${apiKey}`);
};

const WAIT_MS = 8_000;
const JOIN_MS = 5_000;
const MAX_BYTES = 262_144;

export const webhooks: Check = {
  id: 'webhooks',
  title: 'Webhooks arrive, signed with the API key',
  severities: ['error'],
  cause:
    'webhook.urls has another address, its way is closed, or webhook.api_key is another key: the application does not learn who is in a room',
  fix: 'add the URL of the receiver to webhook.urls, and open its port from the nodes to there',
  needs: ['websocket'],
  run: async ({ makeRoom, tokenFor }, { access, webhookPort }) => {
    if (webhookPort === null) return skipped('give a port for a receiver: --webhook-port');
    const receiver = new WebhookReceiver(access.apiKey, access.apiSecret);
    const arrived: Webhook[] = [];
    const server = createServer(async (request, response) => {
      const body = await text(request).catch(() => '');
      response.writeHead(body.length > MAX_BYTES ? 413 : 200).end();
      if (body.length > MAX_BYTES) return;
      arrived.push(await readWebhook(receiver, body, request.headers.authorization));
    });
    server.listen(webhookPort);
    await once(server, 'listening');
    try {
      const room = await makeRoom();
      const joined = await joinBySignal(
        deploymentAt(access.url, 'v0'),
        tokenFor(room, 'swarm-verify-webhooks'),
        JOIN_MS,
      );
      const end = performance.now() + WAIT_MS;
      while (!arrived.some((one) => one.room === room) && performance.now() < end) await sleep(100);
      if (isJoin(joined)) joined.connection.close();
      return webhooksRule(arrived, room, access.apiKey);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
};

const readWebhook = async (
  receiver: WebhookReceiver,
  body: string,
  authorization: string | undefined,
): Promise<Webhook> => {
  const event = await receiver.receive(body, undefined, true).catch(() => null);
  const isValid = await receiver.receive(body, authorization).then(
    () => true,
    () => false,
  );
  const claims = authorization === undefined ? null : decodeToken(authorization);
  return { room: event?.room?.name ?? null, issuer: claims?.iss ?? null, isValid };
};
