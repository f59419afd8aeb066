import { identifyProcess } from '@livekit-swarm/host';
import { PLAIN_REDIS, type RedisServer, type RedisSetup } from '@livekit-swarm/lab';
import type { MediaPath } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import type { Drill } from '../drill/drill.ts';
import { SITE_NAMES } from '../drill/schema/target.ts';
import type { Platform } from './platform.ts';
import {
  agentWorkerPlaces,
  componentOfSite,
  type Location,
  labComponents,
  labLabel,
  sitesLabel,
} from './process/location.ts';
import { processPlatform } from './process.ts';

const notThere = async (): Promise<never> => {
  throw new SwarmError(
    'component_not_found',
    'the lab of a dry run does not exist: nothing can be injected into it',
  );
};

/** Settings of a lab of which its components follow, besides the number of nodes. */
type DryRunOptions = Pick<
  Drill['lab'],
  'redis' | 'sites' | 'spare' | 'tls' | 'dnsTtlMs' | 'agentWorkers'
>;

const PLAIN_LAB: DryRunOptions = {
  redis: PLAIN_REDIS,
  sites: 1,
  spare: 0,
  tls: false,
  dnsTtlMs: null,
  agentWorkers: null,
};

/**
 * Lab that a drill would start: its components, and the faults available on this host.
 * @param paths paths of the load's media
 */
export const dryRunLab = (
  nodes: number,
  paths: readonly MediaPath[] = ['direct'],
  options: DryRunOptions = PLAIN_LAB,
): Platform => ({
  ...processPlatform(dryRunLocation(nodes, { withTurn: needsTurn(paths), ...options })),
  ...(options.dnsTtlMs !== null && { names: { present: async () => 'first', move: notThere } }),
  isDryRun: true,
  // This process represents the components, and must not receive their signals.
  signal: notThere,
  start: notThere,
});

const AT = 'http://127.0.0.1:1';

/** Returns true when the media of the load needs a relay: the lab then has a TURN server. */
export const needsTurn = (paths: readonly MediaPath[]): boolean =>
  paths.some((path) => path.startsWith('turn-'));

const REDIS_PORT = 6;

const redisServersOf = ({ sentinel }: RedisSetup): RedisServer[] =>
  sentinel
    ? ['redis-1', 'redis-2'].map((name) => ({ name, port: REDIS_PORT }))
    : [{ name: 'redis', port: REDIS_PORT }];

const sentinelsOf = ({ sentinel }: RedisSetup): RedisServer[] =>
  sentinel ? [1, 2, 3].map((number) => ({ name: `sentinel-${number}`, port: REDIS_PORT })) : [];

/** Location of the lab that a drill would start. Ports are placeholders. */
export const dryRunLocation = (
  nodes: number,
  { withTurn, redis, sites, spare, tls, agentWorkers }: DryRunOptions & { withTurn: boolean },
): Location => {
  const facts = {
    nodes: Array.from({ length: nodes + spare }, (_, index) => ({
      name: `node-${index + 1}`,
      url: AT,
      httpUrl: AT,
      metricsUrl: AT,
      logFile: `node-${index + 1}.log`,
      redisHost: `127.1.0.${index + 1}`,
      ports: { http: 1, metrics: 3, udpFirst: 4, udpLast: 5 },
      paths: { iceTcpPort: null, turnPort: null },
    })),
    redisServers: redisServersOf(redis),
    sentinels: sentinelsOf(redis),
    httpUrl: AT,
    balancerStatsUrl: AT,
    turnUrl: withTurn ? 'turn:127.0.0.1:7' : null,
  };
  const workers = agentWorkerPlaces(agentWorkers?.count ?? 0, 8);
  const ofCluster = labComponents(facts, workers);
  const spares = new Set(ofCluster.slice(nodes, nodes + spare).map(({ name }) => name));
  const components =
    sites === 1
      ? ofCluster
      : SITE_NAMES.slice(0, sites).flatMap((site) =>
          ofCluster.map((component) => componentOfSite(component, site)),
        );
  return {
    label: sites === 1 ? labLabel(nodes) : sitesLabel(sites),
    reference: () => ({ kind: 'process', place: 'dry-run' }),
    components: async () => components,
    // The components would be children of this process, with its permissions.
    identity: async (name) => (spares.has(name) ? null : identifyProcess(process.pid)),
    start: async () => {},
    balancer: {
      whyNotReloadable: async () => null,
      reload: notThere,
      certificates: { present: async () => (tls ? 'first' : null), use: notThere },
    },
    ...(sites === 1 && { keys: { present: async () => 'first', use: notThere } }),
    whyNotStartable: () => null,
  };
};
