import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiTarget, roomServiceOf } from '@livekit-swarm/livekit';
import { SwarmError } from '@livekit-swarm/settings';
import type { WebhookListener } from './listen.ts';

const WAIT_MS = 10_000;
const TIMEOUT_SECONDS = 5;
const EMPTY_SECONDS = 30;

/**
 * Creates a room and expects a webhook about it, so that a deployment without webhooks is one error,
 * and not a load of missing events.
 * @param address where webhooks are received, for messages
 * @throws SwarmError `no_webhooks`; ApiRejection of the API
 */
export const expectWebhook = async (
  target: ApiTarget,
  listener: WebhookListener,
  address: string,
  signal: AbortSignal,
): Promise<void> => {
  const name = `swarm-presence-${randomBytes(4).toString('hex')}`;
  let hasArrived = false;
  listener.onEvent = ({ room }) => {
    hasArrived ||= room?.name === name;
  };
  const service = await roomServiceOf(target, TIMEOUT_SECONDS);
  await service.createRoom({ name, emptyTimeout: EMPTY_SECONDS });
  try {
    const end = performance.now() + WAIT_MS;
    while (!hasArrived && performance.now() < end) await sleep(50, undefined, { signal });
  } finally {
    // It closes by its timeout otherwise.
    await service.deleteRoom(name).catch(() => {});
  }
  if (!hasArrived) throw noWebhooks(target, listener, address);
};

const noWebhooks = (
  { apiKey }: ApiTarget,
  { refused, port }: WebhookListener,
  address: string,
): SwarmError =>
  refused > 0
    ? new SwarmError(
        'no_webhooks',
        `requests arrived at ${address}, but none is a webhook signed with ${apiKey} and its secret`,
        `set webhook.api_key of livekit.yaml to ${apiKey}, give the key that is there, or set the clocks of both hosts`,
      )
    : new SwarmError(
        'no_webhooks',
        `a room was created, and no webhook arrived at ${address} within ${WAIT_MS / 1_000} s`,
        `add this host to livekit.yaml, and restart the nodes: webhook: { api_key: ${apiKey}, urls: ["http://HOST:${port}/"] }, where HOST is this host as the nodes reach it`,
      );
