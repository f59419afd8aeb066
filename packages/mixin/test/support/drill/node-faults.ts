/** Faults of nodes, Redis and the load balancer. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Cluster,
  type ClusterNode,
  createService,
  GRACEFUL_STOP,
  plainEnvironment,
  provisionLiveKit,
  type Service,
  TURN_SECRET_FILE,
} from '@livekit-swarm/lab';
import { parse, stringify } from 'yaml';
import { EXAMPLE_CAPACITY } from '../../../src/capacity.ts';
import { SHIPPED } from '../../../src/shipped.ts';
import type { MonitoredDeployment } from './deployment.ts';
import { type FaultCase, JOINS_FAILING, PROBES_FAILING, SERVICE_ALERTS } from './fault-case.ts';
import { fillNode, startSmallRooms } from './load.ts';
import {
  busiestNode,
  crashRepeatedly,
  kill,
  nodesByParticipants,
  putRoomOn,
  RESTARTS,
} from './nodes.ts';

/** Number of nodes without Redis: enough that most probes are split, with any balancing. */
const NODES_WITHOUT_REDIS = 2;
/**
 * Hashes of Redis with an entry per room: the list of the API, the internal state of the server,
 * and the node.
 */
const ROOM_ENTRIES = ['rooms', 'room_internal', 'room_node_map'];
const run = promisify(execFile);
const GHOSTS = ['ghost-1', 'ghost-2', 'ghost-3'];

export const killed: FaultCase = {
  name: 'killed',
  description: 'a node with rooms is killed (SIGKILL)',
  fires: ['LiveKitNodeDown', 'LiveKitGhostRooms'],
  // Participants of the node join others, which miss or repeat packets of their first seconds.
  may: [...PROBES_FAILING, 'LiveKitJoinsSlow', 'LiveKitNacksRising', ...JOINS_FAILING],
  resolves: ['LiveKitNodeDown', 'LiveKitGhostRooms'],
  begin: async (deployment, inject) => {
    const stopLoad = await startSmallRooms(deployment, 'k111d');
    const node = await busiestNode(deployment);
    const { service, instance } = node;
    for (const name of GHOSTS) await putRoomOn(deployment, name, node);
    inject();
    await kill(service);
    return {
      about: { LiveKitNodeDown: { instance }, LiveKitGhostRooms: { target: 'lab' } },
      rollback: async () => {
        await stopLoad();
        await service.start();
        // The steps of the runbook: a participant joins, which moves the room to a live node; the
        // entries of the other rooms are removed, also of rooms that were about to close.
        const [rejoined = ''] = GHOSTS;
        await deployment.rooms.createRoom({ name: rejoined, emptyTimeout: 1 });
        const listed = (await deployment.rooms.listRooms()).map(({ name }) => name);
        await removeEntries(
          deployment,
          listed.filter((name) => name !== rejoined && !name.startsWith('swarm-probe-')),
        );
      },
    };
  },
};

/** Removes entries with the commands of the runbook LiveKitGhostRooms. */
const removeEntries = async (
  { cluster }: MonitoredDeployment,
  rooms: readonly string[],
): Promise<void> => {
  const { hostname, port, password } = new URL(cluster.redisUrl ?? '');
  for (const room of rooms)
    for (const key of ROOM_ENTRIES)
      await run('redis-cli', ['-h', hostname, '-p', port, 'hdel', key, room], {
        env: { ...process.env, REDISCLI_AUTH: password },
      });
};

export const looping: FaultCase = {
  name: 'looping',
  description: `a node crashes and starts again, ${RESTARTS} times`,
  fires: ['LiveKitRestartLoop'],
  may: ['LiveKitNodeDown', ...PROBES_FAILING, 'LiveKitGhostRooms', ...JOINS_FAILING],
  resolves: ['LiveKitRestartLoop'],
  begin: async (deployment, inject) => {
    const [node] = await nodesByParticipants(deployment);
    if (node === undefined) throw new Error('there are no nodes');
    inject();
    await crashRepeatedly(deployment, node.service, `instance="${node.instance}"`);
    return { about: { LiveKitRestartLoop: { instance: node.instance } }, rollback: async () => {} };
  },
};

export const draining: FaultCase = {
  name: 'draining',
  description: 'a node receives SIGTERM while it has participants',
  fires: ['LiveKitNodeDrainingTooLong'],
  may: [...PROBES_FAILING, 'LiveKitNodeDown', 'LiveKitGhostRooms'],
  resolves: ['LiveKitNodeDrainingTooLong'],
  begin: async (deployment, inject) => {
    const stopLoad = await startSmallRooms(deployment, 'dra1n');
    const { service } = await busiestNode(deployment);
    inject();
    service.signal('SIGTERM');
    return {
      rollback: async () => {
        await stopLoad();
        await service.stop();
        await service.start();
      },
    };
  },
};

export const redisGone: FaultCase = {
  name: 'redis',
  description: 'Redis is killed (SIGKILL)',
  fires: ['LiveKitRedisUnreachable', 'LiveKitNoHealthyBackend', 'LiveKitExporterSourceDown'],
  may: [...PROBES_FAILING, 'LiveKitGhostRooms', ...JOINS_FAILING, ...SERVICE_ALERTS],
  resolves: ['LiveKitRedisUnreachable', 'LiveKitNoHealthyBackend', 'LiveKitExporterSourceDown'],
  begin: async ({ cluster }, inject) => {
    const redis = cluster.service('redis');
    inject();
    await kill(redis);
    return { about: { LiveKitExporterSourceDown: { source: 'lifecycle' } }, rollback: redis.start };
  },
};

export const loadBalancerKilled: FaultCase = {
  name: 'load-balancer',
  description: 'the load balancer is killed (SIGKILL)',
  fires: ['LiveKitLoadBalancerDown'],
  may: PROBES_FAILING,
  resolves: ['LiveKitLoadBalancerDown'],
  begin: async ({ cluster }, inject) => {
    const loadBalancer = cluster.service('haproxy');
    inject();
    await kill(loadBalancer);
    return { rollback: loadBalancer.start };
  },
};

export const split: FaultCase = {
  name: 'split',
  description: `${NODES_WITHOUT_REDIS} of three nodes are started again without Redis in their configuration, behind the same load balancer`,
  fires: ['LiveKitSplitBrain'],
  may: [...PROBES_FAILING, 'LiveKitGhostRooms', 'LiveKitNodeDown', 'LiveKitRestartLoop'],
  resolves: ['LiveKitSplitBrain'],
  begin: async ({ cluster, dir }, inject) => {
    const nodes = cluster.nodes.slice(0, NODES_WITHOUT_REDIS);
    const alone = await Promise.all(nodes.map((node) => withoutRedis(cluster, node, dir)));
    const services = nodes.map(({ name }) => cluster.service(name));
    await Promise.all(services.map(kill));
    inject();
    await Promise.all(alone.map((service) => service.start()));
    return {
      about: { LiveKitSplitBrain: { target: 'lab', module: 'audio_pair' } },
      rollback: async () => {
        await Promise.all(alone.map(kill));
        await Promise.all(services.map((service) => service.start()));
      },
    };
  },
};

/**
 * The same node with the same configuration except Redis; not started. It runs in the folder of the
 * node, which contains the secret of its TURN servers.
 */
const withoutRedis = async (
  { apiKey, apiSecret }: Cluster,
  { name, url, httpUrl }: ClusterNode,
  dir: string,
): Promise<Service> => {
  const folder = join(dir, name);
  const { redis: _omitted, ...config } = parse(
    await readFile(join(folder, `${name}.yaml`), 'utf8'),
  ) as { redis: object };
  const configFile = `${name}-alone.yaml`;
  const secret = await readFile(join(folder, TURN_SECRET_FILE), 'utf8');
  return createService({
    name: `${name}-alone`,
    command: (await provisionLiveKit({})).path,
    args: ['--config', configFile],
    env: { ...plainEnvironment(), LIVEKIT_KEYS: `${apiKey}: ${apiSecret}` },
    files: {
      [join(folder, configFile)]: stringify(config),
      [join(folder, TURN_SECRET_FILE)]: secret,
    },
    ownUser: { folder, linked: true },
    logFile: join(dir, `${name}-alone.log`),
    ready: { url: `${httpUrl}/` },
    readyWithinMs: 20_000,
    stopSteps: GRACEFUL_STOP,
    url,
  });
};

/** Number of participants that exceeds the alert on the example capacity. */
const OVERFULL = EXAMPLE_CAPACITY.participants * SHIPPED.config.limits.capacity + 30;

export const full: FaultCase = {
  name: 'full',
  description: `${OVERFULL} participants join one node`,
  fires: ['LiveKitCapacityHigh'],
  // The load generator shares the host.
  may: [
    'LiveKitJoinsSlow',
    'LiveKitProbeFailing',
    'LiveKitJitterHigh',
    'LiveKitCpuHigh',
    // The exporter, which receives the webhooks, is killed at the same time.
    'LiveKitWebhooksFailing',
  ],
  resolves: ['LiveKitCapacityHigh'],
  begin: async (deployment, inject) => {
    const [node] = (await nodesByParticipants(deployment)).toReversed();
    if (node === undefined) throw new Error('there are no nodes');
    inject();
    const rollback = await fillNode(deployment, node, OVERFULL, 'fu11');
    return { about: { LiveKitCapacityHigh: { instance: node.instance } }, rollback };
  },
};
