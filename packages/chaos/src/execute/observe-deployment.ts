import {
  connectRegistry,
  ghostRooms,
  isStale,
  type RegistryView as Registry,
  roomServiceOf,
} from '@livekit-swarm/livekit';
import type { DrillEvent } from '@livekit-swarm/record';
import { fetchText, httpEndpoint } from '@livekit-swarm/runner';
import { z } from 'zod';
import { type AlertRule, readAlertRules } from '../drill/alert-rules.ts';
import type { DrillDeployment } from './deployment.ts';
import { observeKeys } from './key-rotation.ts';
import { healthyBackends } from './load-balancer.ts';

/**
 * Observer of parts that participants cannot see: Redis, rooms, load balancer, alerts, replaced
 * components.
 */
export interface DeploymentObserver {
  /** Appends the changes. Never throws: a service that does not answer is an observation. */
  observe(): Promise<void>;
  close(): void;
}

const TIMEOUT_SECONDS = 3;
const TIMEOUT_MS = 2_000;

/** @param rooms names of the drill's rooms: others are ignored */
export const observeDeployment = (
  {
    platform,
    url,
    apiUrl,
    apiKey,
    apiSecret,
    redisUrl,
    loadBalancerMetricsUrl,
    prometheusUrl,
    nodeUrls,
    rotation,
    names,
  }: DrillDeployment,
  rooms: ReadonlySet<string>,
  append: (event: DrillEvent, at?: number) => void,
  /** Present time, ms after the run's start. */
  elapsedMs: () => number,
): DeploymentObserver => {
  const registry = redisUrl === null ? null : connectRegistry(redisUrl);
  const service = roomServiceOf({ url, apiUrl, apiKey, apiSecret }, TIMEOUT_SECONDS);
  const lastOf = new Map<string, string>();
  const firing = new Map<string, Alert>();
  let busy = false;

  /** @param about what is observed: its last observation is compared */
  const appendIfChanged = (event: DrillEvent, about: string = event.event): void => {
    const text = JSON.stringify(event);
    if (lastOf.get(about) === text) return;
    lastOf.set(about, text);
    append(event);
  };

  const observeRegistry = async (): Promise<void> => {
    if (registry === null) return;
    const [view, listed] = await Promise.all([
      registry.look().catch(() => null),
      service
        .then((client) => client.listRooms([...rooms]))
        .then(
          (found) => found.map(({ name }) => name),
          () => null,
        ),
    ]);
    appendIfChanged(registryEvent(view, listed, rooms));
  };

  const observeLoadBalancer = async (): Promise<void> => {
    const backends =
      loadBalancerMetricsUrl === null
        ? ((await platform.backends?.()) ?? null)
        : await healthyBackends(loadBalancerMetricsUrl);
    if (backends !== null) appendIfChanged({ event: 'backends_observed', ...backends });
  };

  const observeAlerts = async (): Promise<void> => {
    const now = prometheusUrl === null ? null : await firingAlerts(prometheusUrl);
    if (now === null) return;
    for (const [key, alert] of now) {
      if (firing.has(key)) continue;
      firing.set(key, alert);
      append({ event: 'alert_changed', state: 'firing', ...alert });
    }
    for (const [key, alert] of [...firing]) {
      if (now.has(key)) continue;
      firing.delete(key);
      append({ event: 'alert_changed', state: 'resolved', ...alert });
    }
  };

  const observeKeyRotation = async (): Promise<void> => {
    if (rotation === undefined) return;
    for (const [signer, count] of rotation.takeWebhooks())
      append({ event: 'webhooks_observed', signer, count });
    await Promise.all(
      [...(nodeUrls ?? [])].map(async ([node, nodeUrl]) => {
        const keys = await observeKeys(nodeUrl, rotation.keys);
        appendIfChanged({ event: 'keys_observed', node, keys }, `keys of ${node}`);
      }),
    );
  };

  const observeArrivals = (): void => {
    const sinceStart = performance.now() - elapsedMs();
    for (const { address, count, firstAtMs, lastAtMs } of names?.takeArrivals() ?? [])
      append({
        event: 'arrivals_observed',
        ...{ address, count, firstAt: firstAtMs - sinceStart, lastAt: lastAtMs - sinceStart },
      });
  };

  const observeReplacements = (): void => {
    for (const { readyAt, ...replacement } of platform.replacements?.() ?? [])
      append(
        { event: 'component_replaced', ...replacement },
        elapsedMs() - (performance.now() - readyAt),
      );
  };

  return {
    observe: async () => {
      // While a request hangs, further ones would only queue.
      if (busy) return;
      busy = true;
      observeReplacements();
      observeArrivals();
      await Promise.allSettled([
        observeRegistry(),
        observeLoadBalancer(),
        observeAlerts(),
        observeKeyRotation(),
      ]);
      busy = false;
    },
    close: () => registry?.close(),
  };
};

const registryEvent = (
  view: Registry | null,
  listed: readonly string[] | null,
  rooms: ReadonlySet<string>,
): DrillEvent => {
  if (view === null) return { event: 'registry_observed', rooms: null, nodes: {}, ghostRooms: [] };
  const now = Date.now();
  return {
    event: 'registry_observed',
    rooms: Object.fromEntries([...view.rooms].filter(([room]) => rooms.has(room)).sort()),
    nodes: Object.fromEntries(
      [...view.nodes].sort().map(([id, node]) => {
        const state = node.state === 'shutting_down' ? 'shutting_down' : 'serving';
        return [id, isStale(node, now) ? 'stale' : state] as const;
      }),
    ),
    ghostRooms: ghostRooms([...(listed ?? [])].sort(), view, now),
  };
};

interface Alert {
  name: string;
  labels: Record<string, string>;
}

/** Schema of the used part of Prometheus' answer at `/api/v1/alerts`. */
const alertsResponse = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.record(z.string(), z.string()) })),
  }),
});

/** The alerting rules that Prometheus evaluates; null when it does not list them. */
export const alertRules = async (prometheusUrl: string): Promise<AlertRule[] | null> =>
  readAlertRules(await ask(prometheusUrl, '/api/v1/rules'));

/**
 * Requests a path of Prometheus, which may be below a path and behind a password; null: no answer.
 */
const ask = async (prometheusUrl: string, path: string): Promise<unknown> => {
  const endpoint = httpEndpoint(prometheusUrl);
  const url = `${endpoint.base}${path}`;
  try {
    return JSON.parse(await fetchText(endpoint, url, AbortSignal.timeout(TIMEOUT_MS)));
  } catch {
    return null;
  }
};

/** Alerts that are firing, by their labels; null when Prometheus does not answer. */
export const firingAlerts = async (prometheusUrl: string): Promise<Map<string, Alert> | null> => {
  const read = alertsResponse.safeParse(await ask(prometheusUrl, '/api/v1/alerts'));
  if (!read.success) return null;
  return new Map(
    read.data.data.alerts
      .filter(({ state }) => state === 'firing')
      .map(({ labels: { alertname = '', ...labels } }) => [
        JSON.stringify([alertname, labels]),
        { name: alertname, labels },
      ]),
  );
};
