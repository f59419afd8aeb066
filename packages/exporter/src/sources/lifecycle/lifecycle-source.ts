import { setTimeout as sleep } from 'node:timers/promises';
import { ENDED_EGRESS, LIFECYCLE_METRICS } from '@livekit-swarm/catalogue';
import { registerFamily } from '@livekit-swarm/catalogue/registry';
import type { ApiError } from '@livekit-swarm/livekit';
import {
  connectRegistry,
  ghostRooms,
  isStale,
  type RegistryClient,
  type RegistryView,
} from '@livekit-swarm/livekit';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { WebhookEvent } from 'livekit-server-sdk';
import { Registry } from 'prom-client';
import type { Source, SourceContext } from '../../source.ts';
import { type ApiPoll, createApiPoll } from './api-poll.ts';
import type { LifecycleHandles } from './lifecycle-handles.ts';
import type { LifecycleTarget } from './lifecycle-target.ts';
import { groupsOf } from './metering/groups.ts';
import { createMeter, type ListedRoom, type Meter } from './metering/meter.ts';
import { DIRECTIONS } from './metering/traffic-meter.ts';
import type { ReplayCache } from './replay-cache.ts';
import { createWebhookCache, createWebhooks } from './webhooks.ts';

/** Observer of the reports of deployments, such as the session journal. */
export interface LifecycleObserver {
  /** Called with each accepted webhook. */
  onWebhook?(target: string, event: WebhookEvent): void;
  /** Called with each view of the registry in a target's Redis. */
  onRegistry?(target: string, view: RegistryView, nowMs: number): void;
}

/**
 * Create the source of rooms as servers report them: by webhooks, the API and, if configured,
 * Redis.
 * @param seen webhooks that were accepted before
 */
export const createLifecycleSource = (
  targets: readonly LifecycleTarget[],
  context: SourceContext,
  observer: LifecycleObserver = {},
  seen: ReplayCache = createWebhookCache(),
): Source => {
  const registry = new Registry();
  const metrics = registerFamily(registry, LIFECYCLE_METRICS);
  /**
   * Result of the last poll of each target: one target that responds does not stand for the others.
   */
  const answered = new Map<LifecycleTarget, boolean>();
  const meters = new Map(
    targets.flatMap((target) => {
      const meter = meterOf(target, metrics);
      return meter === null ? [] : [[target.deployment.name, meter]];
    }),
  );
  const watches = targets.map((target) =>
    createWatch(
      target,
      metrics,
      context,
      meters.get(target.deployment.name) ?? null,
      observer,
      (complete) => {
        answered.set(target, complete);
        context.up([...answered.values()].every(Boolean));
      },
    ),
  );
  const webhooks = createWebhooks(
    targets.map(({ deployment }) => deployment),
    metrics,
    Date.now,
    (target, event) => {
      meters.get(target)?.onWebhook(event);
      observer.onWebhook?.(target, event);
    },
    seen,
  );
  return {
    name: 'lifecycle',
    registry,
    publicRoutes: webhooks.routes,
    admit: webhooks.admit,
    start: async () => {
      for (const watch of watches) watch.start();
    },
    stop: async () => {
      await Promise.all(watches.map((watch) => watch.stop()));
    },
  };
};

/** Create the meter of a target, whose counters begin at 0; null: the target is not metered. */
const meterOf = (
  { deployment: { name: target }, metering, redisUrl }: LifecycleTarget,
  metrics: LifecycleHandles,
): Meter | null => {
  if (metering === null) return null;
  const {
    livekit_swarm_lifecycle_participant_minutes_total: minutes,
    livekit_swarm_lifecycle_media_bytes_total: bytes,
  } = metrics;
  for (const group of groupsOf(metering)) {
    minutes.inc({ target, group }, 0);
    if (redisUrl !== null)
      for (const direction of DIRECTIONS) bytes.inc({ target, group, direction }, 0);
  }
  return createMeter(metering, Date.now(), {
    minutes: (group, more) => minutes.inc({ target, group }, more),
    bytes: (group, direction, more) => bytes.inc({ target, group, direction }, more),
  });
};

const NODE_STATES = ['starting_up', 'serving', 'shutting_down', 'stale'] as const;
type NodeState = (typeof NODE_STATES)[number];

interface Watch {
  start(): void;
  stop(): Promise<void>;
}

/**
 * Number of missed polls after which gauges are removed: one late response leaves no gap, and a
 * server that is down has no values.
 */
const FORGET_AFTER = 3;

/**
 * Maximum wait for a running poll when the source stops, ms. The poll changes nothing more, and may
 * wait for a hanging server.
 */
const STOP_WITHIN_MS = 1_000;

/**
 * Create the repeated poll of one target. A slow poll delays the next one and never overlaps it.
 */
const createWatch = (
  target: LifecycleTarget,
  metrics: LifecycleHandles,
  context: SourceContext,
  meter: Meter | null,
  observer: LifecycleObserver,
  /** Called after each poll; `complete` is true if all services responded. */
  onLooked: (complete: boolean) => void,
): Watch => {
  const { deployment, httpUrl, redisUrl, intervalMs } = target;
  const { name } = deployment;
  const report = logChanges((line) => context.log(`${name}: ${line}`));
  const api: ApiPoll | null =
    httpUrl === null ? null : createApiPoll(deployment, httpUrl, metrics, report);
  const registry: RegistryClient | null = redisUrl === null ? null : connectRegistry(redisUrl);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let stopped = false;
  const missed = { api: 0, registry: 0 };
  beginAtZero(target, metrics);

  const look = async (): Promise<void> => {
    const listed = (await api?.look()) ?? null;
    const view = registry === null ? null : await lookAtRegistry(registry, listed);
    const registryAnswered = registry === null || view !== null;
    // If a configured registry did not respond, minutes of a dead node would be counted.
    if (meter !== null && api !== null && listed !== null && registryAnswered)
      await meter.look(listed, view, api.participantsOf, Date.now());
    missed.api = listed === null ? missed.api + 1 : 0;
    missed.registry = registryAnswered ? 0 : missed.registry + 1;
    if (missed.api === FORGET_AFTER) api?.forget();
    if (missed.registry === FORGET_AFTER) forgetRegistry(name, metrics);
    if (missed.api === FORGET_AFTER || missed.registry === FORGET_AFTER) {
      metrics.livekit_swarm_lifecycle_ghost_rooms.remove({ target: name });
    }
    onLooked((api === null || listed !== null) && registryAnswered);
  };
  const lookAtRegistry = async (
    client: RegistryClient,
    listed: readonly ListedRoom[] | null,
  ): Promise<RegistryView | null> => {
    try {
      const view = await client.look();
      const now = Date.now();
      const states = Map.groupBy(
        view.nodes.values(),
        (node): NodeState => (isStale(node, now) ? 'stale' : node.state),
      );
      for (const state of NODE_STATES) {
        metrics.livekit_swarm_lifecycle_registry_nodes.set(
          { target: name, state },
          states.get(state)?.length ?? 0,
        );
      }
      metrics.livekit_swarm_lifecycle_registry_rooms.set({ target: name }, view.rooms.size);
      if (listed !== null)
        metrics.livekit_swarm_lifecycle_ghost_rooms.set(
          { target: name },
          ghostRooms(
            listed.map((room) => room.name),
            view,
            now,
          ).length,
        );
      report('redis', null);
      observer.onRegistry?.(name, view, now);
      return view;
    } catch (error) {
      metrics.livekit_swarm_lifecycle_api_errors_total.inc({ target: name, call: 'redis' });
      const message = messageOf(error);
      report('redis', { reason: message, message });
      return null;
    }
  };
  const again = (): void => {
    looking = look()
      .catch((error: unknown) =>
        context.error(
          `${name}: ${error instanceof Error ? error.name : 'unknown error'} while looking`,
        ),
      )
      .finally(() => {
        if (!stopped) timer = setTimeout(again, intervalMs);
      });
  };
  return {
    start: again,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      registry?.close();
      await Promise.race([looking, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
    },
  };
};

/**
 * Create a function that logs when a call begins to fail, fails for another reason, or succeeds
 * again, not with every poll.
 */
const logChanges = (
  log: (line: string) => void,
): ((call: string, failure: ApiError | null) => void) => {
  const reasons = new Map<string, string>();
  return (call, failure) => {
    const before = reasons.get(call);
    if (before === failure?.reason) return;
    if (failure === null) reasons.delete(call);
    else reasons.set(call, failure.reason);
    log(`${call}: ${failure === null ? 'is answered again' : failure.message}`);
  };
};

/**
 * Begin counters at 0. If a counter appeared with its first count, that count would not be an
 * increase.
 */
const beginAtZero = (
  { deployment: { name: target }, redisUrl }: LifecycleTarget,
  metrics: LifecycleHandles,
): void => {
  metrics.livekit_swarm_lifecycle_room_starts_total.inc({ target }, 0);
  metrics.livekit_swarm_lifecycle_participant_joins_total.inc({ target }, 0);
  for (const status of ENDED_EGRESS)
    metrics.livekit_swarm_lifecycle_egress_ended_total.inc({ target, status }, 0);
  metrics.livekit_swarm_lifecycle_room_duration_seconds.zero({ target });
  metrics.livekit_swarm_lifecycle_participant_duration_seconds.zero({ target });
  if (redisUrl !== null)
    metrics.livekit_swarm_lifecycle_api_errors_total.inc({ target, call: 'redis' }, 0);
};

const forgetRegistry = (target: string, metrics: LifecycleHandles): void => {
  metrics.livekit_swarm_lifecycle_registry_rooms.remove({ target });
  for (const state of NODE_STATES)
    metrics.livekit_swarm_lifecycle_registry_nodes.remove({ target, state });
};
