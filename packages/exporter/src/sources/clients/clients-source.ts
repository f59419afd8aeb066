import { CLIENT_METRICS } from '@livekit-swarm/catalogue';
import { registerFamily } from '@livekit-swarm/catalogue/registry';
import { Registry } from 'prom-client';
import type { Source, SourceContext } from '../../source.ts';
import { beaconRoutes, type OnReports } from './beacon-routes.ts';
import type { ClientsOptions } from './clients-options.ts';
import { createSessions, type Participant } from './sessions.ts';
import type { ClientHandles } from './tally.ts';

/**
 * Maximum number of concurrent requests, which are slow from browsers on impaired networks. At 64
 * KiB each, they take at most 128 MiB.
 */
const MAX_CONCURRENT_REQUESTS = 2_048;

/**
 * Create the source of the media quality of real users, which browsers report through
 * packages/beacon.
 * @param now milliseconds of a monotonic clock
 */
export const createClientsSource = (
  options: ClientsOptions,
  context: SourceContext,
  now: () => number = () => performance.now(),
  onReports?: OnReports,
): Source => {
  const registry = new Registry();
  const metrics = registerFamily(registry, CLIENT_METRICS);
  const sessions = createSessions(options.rooms, options.maxSessions);
  // Gauges are computed per scrape; this one is registered first, so that it updates the sessions
  // before the others read them.
  Object.assign(metrics.livekit_swarm_client_sessions, {
    collect: () => showParticipants(metrics, sessions.active(now())),
  });
  return {
    name: 'clients',
    registry,
    publicRoutes: beaconRoutes(options, metrics, sessions, now, onReports),
    publicRequests: MAX_CONCURRENT_REQUESTS,
    start: async () => context.up(true),
    stop: async () => {},
  };
};

/** Set the gauges: participants, their transports and networks, and the rooms on the allow-list. */
export const showParticipants = (metrics: ClientHandles, active: readonly Participant[]): void => {
  for (const gauge of [
    metrics.livekit_swarm_client_sessions,
    metrics.livekit_swarm_client_session_transports,
    metrics.livekit_swarm_client_session_networks,
    metrics.livekit_swarm_client_room_quality_score,
    metrics.livekit_swarm_client_room_loss_ratio,
  ]) {
    gauge.reset();
  }
  for (const { sdk, browser, transport, network } of active) {
    metrics.livekit_swarm_client_sessions.inc({ sdk, browser });
    metrics.livekit_swarm_client_session_transports.inc({ transport });
    metrics.livekit_swarm_client_session_networks.inc({ network });
  }
  for (const [room, inside] of Map.groupBy(active, ({ room }) => room)) {
    if (room === undefined) continue;
    const scores = inside.map(({ last }) => last.score).filter((score) => score !== undefined);
    const expected = sum(inside.map(({ last }) => last.expected));
    if (scores.length > 0)
      metrics.livekit_swarm_client_room_quality_score.set({ room }, sum(scores) / scores.length);
    if (expected > 0)
      metrics.livekit_swarm_client_room_loss_ratio.set(
        { room },
        Math.min(1, sum(inside.map(({ last }) => last.lost)) / expected),
      );
  }
};

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
