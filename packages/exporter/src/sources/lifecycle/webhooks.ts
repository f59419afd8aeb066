import { DisconnectReason, EgressStatus, TrackSource, TrackType } from '@livekit/protocol';
import { Hono, type MiddlewareHandler } from 'hono';
import { type WebhookEvent, WebhookReceiver } from 'livekit-server-sdk';
import { type ApiKey, acceptedKeys, keysOf, verifyToken } from '../../api-key.ts';
import { limitBody } from '../../http/limit-body.ts';
import { egressStatus } from './api-poll.ts';
import type { LifecycleHandles } from './lifecycle-handles.ts';
import type { NamedDeployment } from './lifecycle-target.ts';
import { ReplayCache } from './replay-cache.ts';

/** Maximum size of a webhook, bytes; that of a room with a thousand tracks is smaller. */
const MAX_BYTES = 256 * 1024;
/** Age above which a webhook is rejected as a replay, ms. LiveKit retries for about two minutes. */
const STALE_MS = 10 * 60_000;
const REMEMBERED = 50_000;

/**
 * Names of LiveKit's webhook events. Others are counted as `other`; otherwise, a holder of a key
 * could cause any number of series.
 */
const EVENTS: ReadonlySet<string> = new Set([
  'room_started',
  'room_finished',
  'participant_joined',
  'participant_left',
  'participant_connection_aborted',
  'track_published',
  'track_unpublished',
  'egress_started',
  'egress_updated',
  'egress_ended',
  'ingress_started',
  'ingress_ended',
]);

/** Cache of the webhooks that were accepted. It outlives a reload, after which all are fresh still. */
export const createWebhookCache = (): ReplayCache => new ReplayCache(2 * STALE_MS, REMEMBERED);

export interface Webhooks {
  /**
   * Route `POST /webhook/TARGET` for webhooks of a deployment. Each request must carry LiveKit's
   * signature.
   */
  routes: Hono;
  /**
   * Middleware that rejects requests that cannot be webhooks: with an unknown target, or without a
   * signature.
   */
  admit: MiddlewareHandler;
}

export const createWebhooks = (
  targets: readonly NamedDeployment[],
  metrics: LifecycleHandles,
  now: () => number = Date.now,
  /** Called with each accepted event. */
  onEvent: (target: string, event: WebhookEvent) => void = () => {},
  seen: ReplayCache = createWebhookCache(),
): Webhooks => {
  const byName = new Map(targets.map((target) => [target.name, target]));
  const admit: MiddlewareHandler = async (context, next) => {
    const name = context.req.param('target') ?? '';
    const target = byName.get(name);
    if (target === undefined) {
      reject(name, 'unknown_target');
      return context.text('unknown target\n', 404);
    }
    // The token is checked before the body: a client without a key must not hold requests open with
    // bodies that never end.
    const wrong = await problemOf(context.req.header('authorization') ?? '', acceptedKeys(target));
    if (wrong !== null) {
      reject(name, wrong);
      return context.text(`${wrong}\n`, 401);
    }
    return next();
  };
  const routes = new Hono();
  routes.post(
    '/webhook/:target',
    limitBody({
      maxSize: MAX_BYTES,
      onError: (context) => {
        reject(context.req.param('target') ?? '', 'too_large');
        return context.text('too large\n', 413);
      },
    }),
    async (context) => {
      const target = context.req.param('target');
      const keys = byName.get(target);
      if (keys === undefined) return context.text('unknown target\n', 404);
      const body = await context.req.text();
      const token = context.req.header('authorization') ?? '';
      const read = await readEvent(acceptedKeys(keys), body, token);
      if (typeof read === 'string') {
        reject(target, read);
        return context.text(`${read}\n`, read === 'malformed' ? 400 : 401);
      }
      const at = now();
      if (Math.abs(at - Number(read.createdAt) * 1_000) > STALE_MS) {
        reject(target, 'stale');
        return context.text('stale\n', 400);
      }
      if (!seen.add(`${target} ${read.id}`, at)) {
        reject(target, 'replay');
        // LiveKit sends a webhook again until it succeeds, so an error would cause endless retries.
        return context.text('known already\n', 200);
      }
      count(metrics, target, read);
      onEvent(target, read);
      return context.text('ok\n', 200);
    },
  );
  const reject = (target: string, reason: string): void =>
    metrics.livekit_swarm_lifecycle_webhooks_rejected_total.inc({
      target: byName.has(target) ? target : '',
      reason,
    });
  return { routes, admit };
};

/** Error of the receiver for a body with a valid signature that is not an event. */
const UNREADABLE = /^Error: cannot decode /;

/**
 * Problem of the token of a webhook, for any body; null: there is none. Only tokens of webhooks
 * contain the hash of a body.
 */
const problemOf = async (
  token: string,
  keys: readonly ApiKey[],
): Promise<'signature' | 'expired' | null> => {
  try {
    const { sha256 } = await verifyToken(token, keys);
    return sha256 === undefined ? 'signature' : null;
  } catch (error) {
    return isOutOfTime(error) ? 'expired' : 'signature';
  }
};

const readEvent = async (
  keys: readonly ApiKey[],
  body: string,
  token: string,
): Promise<WebhookEvent | 'signature' | 'expired' | 'malformed'> => {
  let problem: 'signature' | 'expired' | 'malformed' = 'signature';
  for (const { apiKey, apiSecret } of keysOf(token, keys)) {
    try {
      const event = await new WebhookReceiver(apiKey, apiSecret).receive(body, token);
      return event.id === '' ? 'malformed' : event;
    } catch (error) {
      if (isOutOfTime(error)) problem = 'expired';
      else if (error instanceof SyntaxError || UNREADABLE.test(String(error)))
        problem = 'malformed';
    }
  }
  return problem;
};

/**
 * Check whether a token has a valid signature but is not valid now: the clocks of the server and of
 * this host differ.
 */
const isOutOfTime = (error: unknown): boolean => {
  // The receiver verifies with jose, whose errors have these fields.
  const { code, claim } = error as { code?: unknown; claim?: unknown };
  return (
    code === 'ERR_JWT_EXPIRED' || (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED' && claim === 'nbf')
  );
};

const count = (metrics: LifecycleHandles, target: string, event: WebhookEvent): void => {
  metrics.livekit_swarm_lifecycle_webhooks_total.inc({
    target,
    event: EVENTS.has(event.event) ? event.event : 'other',
  });
  switch (event.event) {
    case 'room_started':
      metrics.livekit_swarm_lifecycle_room_starts_total.inc({ target });
      break;
    case 'room_finished':
      observeStay(
        metrics.livekit_swarm_lifecycle_room_duration_seconds,
        target,
        event.room?.creationTime,
        event,
      );
      break;
    case 'participant_joined':
      metrics.livekit_swarm_lifecycle_participant_joins_total.inc({ target });
      break;
    case 'participant_left':
    case 'participant_connection_aborted': {
      const reason = DisconnectReason[event.participant?.disconnectReason ?? 0] ?? 'UNKNOWN_REASON';
      metrics.livekit_swarm_lifecycle_participant_leaves_total.inc({
        target,
        reason: reason.toLowerCase(),
      });
      observeStay(
        metrics.livekit_swarm_lifecycle_participant_duration_seconds,
        target,
        event.participant?.joinedAt,
        event,
      );
      break;
    }
    case 'track_published':
      metrics.livekit_swarm_lifecycle_tracks_published_total.inc({
        target,
        kind: (TrackType[event.track?.type ?? 0] ?? 'audio').toLowerCase(),
        source: (TrackSource[event.track?.source ?? 0] ?? 'unknown').toLowerCase(),
      });
      break;
    case 'egress_ended':
      metrics.livekit_swarm_lifecycle_egress_ended_total.inc({
        target,
        status: egressStatus(event.egressInfo?.status ?? EgressStatus.EGRESS_COMPLETE),
      });
      break;
    default:
  }
};

/**
 * Observe a duration by the server's clock, so that a slow delivery does not lengthen a session.
 * Without a start (0 in protobuf) there is no duration.
 */
const observeStay = (
  duration: LifecycleHandles[
    | 'livekit_swarm_lifecycle_room_duration_seconds'
    | 'livekit_swarm_lifecycle_participant_duration_seconds'],
  target: string,
  began: bigint | undefined,
  { createdAt }: WebhookEvent,
): void => {
  if (began === undefined || began <= 0n) return;
  duration.observe({ target }, Math.max(0, Number(createdAt - began)));
};
