import {
  connectRegistry,
  ghostRooms,
  isStale,
  type RegistryView as Registry,
} from '@livekit-swarm/livekit';
import type { DrillEvent } from '@livekit-swarm/record';
import { RoomServiceClient } from 'livekit-server-sdk';
import type { DrillDeployment } from './deployment.ts';
import { firingAlerts } from './firing-alerts.ts';
import { healthyBackends } from './healthy-backends.ts';

/** Looks at what no participant sees: Redis, the room service, the load balancer, alerts. */
export interface DeploymentWatch {
  /** Looks once and tells what has changed since it looked last. Never throws: what does not answer is part of what is seen. */
  look(): Promise<void>;
  close(): void;
}

const TIMEOUT_SECONDS = 3;

/** @param rooms names of the drill's rooms: others are none of its business */
export const watchDeployment = (
  { target, url, apiKey, apiSecret, redisUrl, balancerMetricsUrl, prometheusUrl }: DrillDeployment,
  rooms: ReadonlySet<string>,
  tell: (event: DrillEvent, at?: number) => void,
  /** Ms after the run's start, now. */
  elapsedMs: () => number,
): DeploymentWatch => {
  const registry = redisUrl === null ? null : connectRegistry(redisUrl);
  const service = new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret, {
    requestTimeout: TIMEOUT_SECONDS,
  });
  const said = new Map<string, string>();
  const firing = new Map<string, { name: string; labels: Record<string, string> }>();
  let busy = false;

  const tellIfNew = (event: DrillEvent): void => {
    const text = JSON.stringify(event);
    if (said.get(event.what) === text) return;
    said.set(event.what, text);
    tell(event);
  };

  const lookAtRegistry = async (): Promise<void> => {
    if (registry === null) return;
    const [view, listed] = await Promise.all([
      registry.look().catch(() => null),
      service.listRooms([...rooms]).then(
        (found) => found.map(({ name }) => name),
        () => null,
      ),
    ]);
    tellIfNew(registryEvent(view, listed, rooms));
  };

  const lookAtBalancer = async (): Promise<void> => {
    const backends = balancerMetricsUrl === null ? null : await healthyBackends(balancerMetricsUrl);
    if (backends !== null) tellIfNew({ what: 'backends', ...backends });
  };

  const lookAtAlerts = async (): Promise<void> => {
    const now = prometheusUrl === null ? null : await firingAlerts(prometheusUrl);
    if (now === null) return;
    for (const [key, alert] of now) {
      if (firing.has(key)) continue;
      firing.set(key, alert);
      tell({ what: 'alert', state: 'firing', ...alert });
    }
    for (const [key, alert] of [...firing]) {
      if (now.has(key)) continue;
      firing.delete(key);
      tell({ what: 'alert', state: 'resolved', ...alert });
    }
  };

  const lookAtComebacks = (): void => {
    for (const { lost, back, servingAt, ...steps } of target.comebacks?.() ?? []) {
      tell(
        { what: 'comeback', member: lost, successor: back, ...steps },
        elapsedMs() - (performance.now() - servingAt),
      );
    }
  };

  return {
    look: async () => {
      // While something hangs, further looks would only queue up behind it.
      if (busy) return;
      busy = true;
      lookAtComebacks();
      await Promise.allSettled([lookAtRegistry(), lookAtBalancer(), lookAtAlerts()]);
      busy = false;
    },
    close: () => registry?.close(),
  };
};

const registryEvent = (
  view: Registry | null,
  listed: readonly string[] | null,
  rooms: ReadonlySet<string>,
): Extract<DrillEvent, { what: 'registry' }> => {
  if (view === null) return { what: 'registry', rooms: null, nodes: {}, ghosts: [] };
  const now = Date.now();
  return {
    what: 'registry',
    rooms: Object.fromEntries([...view.rooms].filter(([room]) => rooms.has(room)).sort()),
    nodes: Object.fromEntries(
      [...view.nodes].sort().map(([id, node]) => {
        const state = node.state === 'shutting_down' ? 'shutting_down' : 'serving';
        return [id, isStale(node, now) ? 'stale' : state] as const;
      }),
    ),
    ghosts: ghostRooms([...(listed ?? [])].sort(), view, now),
  };
};
