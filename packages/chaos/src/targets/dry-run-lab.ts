import { identifyProcess } from '@livekit-swarm/host';
import type { MediaPath } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import type { Platform } from './platform.ts';
import { type Location, labComponents, labLabel } from './process/location.ts';
import { processPlatform } from './process.ts';

const notThere = async (): Promise<never> => {
  throw new SwarmError(
    'component_not_found',
    'the lab of a dry run does not exist: nothing can be injected into it',
  );
};

/**
 * Lab that a drill would start: its components, and the faults available on this host.
 * @param paths paths of the load's media
 */
export const dryRunLab = (nodes: number, paths: readonly MediaPath[] = ['direct']): Platform => ({
  ...processPlatform(dryRunLocation(nodes, needsTurn(paths))),
  // This process represents the components, and must not receive their signals.
  signal: notThere,
  start: notThere,
});

const AT = 'http://127.0.0.1:1';

/** Returns true when the media of the load needs a relay: the lab then has a TURN server. */
export const needsTurn = (paths: readonly MediaPath[]): boolean =>
  paths.some((path) => path.startsWith('turn-'));

/** Location of the lab that a drill would start. Ports are placeholders. */
export const dryRunLocation = (nodes: number, withTurn = false): Location => {
  const components = labComponents({
    nodes: Array.from({ length: nodes }, (_, index) => ({
      name: `node-${index + 1}`,
      url: AT,
      httpUrl: AT,
      metricsUrl: AT,
      redisHost: `127.1.0.${index + 1}`,
      ports: { http: 1, metrics: 3, udpFirst: 4, udpLast: 5 },
      paths: { iceTcpPort: null, turnPort: null },
    })),
    redisUrl: 'redis://127.0.0.1:6',
    httpUrl: AT,
    balancerStatsUrl: AT,
    turnUrl: withTurn ? 'turn:127.0.0.1:7' : null,
  });
  return {
    label: labLabel(nodes),
    reference: () => ({ kind: 'process', place: 'dry-run' }),
    components: async () => components,
    // The components would be children of this process, with its permissions.
    identity: async () => identifyProcess(process.pid),
    start: async () => {},
    whyNotStartable: () => null,
  };
};
