import { Registry } from 'prom-client';
import { CLIENT_METRICS } from '../../catalogue/index.ts';
import { registerFamily } from '../../metrics/register-family.ts';
import type { Source, SourceContext } from '../../source.ts';
import { beaconRoutes } from './beacon-routes.ts';
import type { ClientsOptions } from './clients-options.ts';
import { createSessions } from './sessions.ts';
import { showParticipants } from './show-participants.ts';

/** Browsers on impaired networks send slowly: 64 KiB each, at most 128 MiB. */
const MAX_CONCURRENT_REQUESTS = 2_048;

/** What real users get: their browsers tell through packages/beacon. @param now milliseconds of a clock that does not go back */
export const createClientsSource = (
  options: ClientsOptions,
  context: SourceContext,
  now: () => number = () => performance.now(),
): Source => {
  const registry = new Registry();
  const metrics = registerFamily(registry, CLIENT_METRICS);
  const sessions = createSessions(options.rooms, options.maxSessions);
  // Gauges are computed per scrape; this one is registered first, so that it updates the sessions before the others read them.
  Object.assign(metrics.swarm_client_sessions, {
    collect: () => showParticipants(metrics, sessions.active(now())),
  });
  return {
    name: 'clients',
    registry,
    publicRoutes: beaconRoutes(options, metrics, sessions, now),
    publicRequests: MAX_CONCURRENT_REQUESTS,
    start: async () => context.up(true),
    stop: async () => {},
  };
};
