/** Faults of nodes, and of what stands behind and in front of them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Cluster,
  type ClusterNode,
  createService,
  GRACEFUL_STOP,
  plainEnvironment,
  provisionLiveKit,
  type Service,
} from '@livekit-swarm/lab';
import { parse, stringify } from 'yaml';
import { LIMITS, PARTICIPANTS_PER_NODE } from '../../../src/settings.ts';
import { type Act, JOINS_FAILING } from './act.ts';
import { fillNode, startCalls } from './crowd.ts';
import { busiestNode, kill, nodesByPeople, putRoomOn, until } from './nodes.ts';

const RESTARTS = 3;
/** So that hardly any call finds both its people on the same side, whichever way the load balancer sends them. */
const FORGETFUL = 2;
const GHOSTS = ['ghost-1', 'ghost-2', 'ghost-3'];

export const killed: Act = {
  name: 'killed',
  fault: 'a node with rooms is killed (SIGKILL)',
  fires: ['LiveKitNodeDown', 'LiveKitGhostRooms'],
  may: ['LiveKitProbeFailing', 'LiveKitJoinsSlow'],
  resolves: ['LiveKitNodeDown', 'LiveKitGhostRooms'],
  begin: async (watched, strike) => {
    const endCalls = await startCalls(watched, 'k111d');
    const node = await busiestNode(watched);
    const { service, instance } = node;
    for (const name of GHOSTS) await putRoomOn(watched, name, node);
    strike();
    await kill(service);
    return {
      about: { LiveKitNodeDown: { instance }, LiveKitGhostRooms: { target: 'lab' } },
      heal: async () => {
        await endCalls();
        await service.start();
        // Whoever comes gets a room on a node that lives.
        for (const name of GHOSTS) await watched.rooms.createRoom({ name, emptyTimeout: 1 });
      },
    };
  },
};

export const looping: Act = {
  name: 'looping',
  fault: `a node crashes and starts again, ${RESTARTS} times`,
  fires: ['LiveKitRestartLoop'],
  may: ['LiveKitNodeDown', 'LiveKitProbeFailing', 'LiveKitGhostRooms'],
  resolves: [],
  begin: async (watched, strike) => {
    const [node] = await nodesByPeople(watched);
    if (node === undefined) throw new Error('there are no nodes');
    strike();
    for (let start = 0; start < RESTARTS; start++) {
      await kill(node.service);
      await node.service.start();
      const startedAt = Date.now() / 1_000;
      await until('Prometheus sees the new process', async () => {
        const [seen] = await watched.ask(
          `process_start_time_seconds{instance="${node.instance}"} > ${startedAt - 3}`,
        );
        return seen;
      });
      await sleep(3_000);
    }
    return { about: { LiveKitRestartLoop: { instance: node.instance } }, heal: async () => {} };
  },
};

export const draining: Act = {
  name: 'draining',
  fault: 'a node is told to end (SIGTERM) while people are on it',
  fires: ['LiveKitNodeDrainingTooLong'],
  may: ['LiveKitProbeFailing', 'LiveKitNodeDown', 'LiveKitGhostRooms'],
  resolves: ['LiveKitNodeDrainingTooLong'],
  begin: async (watched, strike) => {
    const endCalls = await startCalls(watched, 'dra1n');
    const { service } = await busiestNode(watched);
    strike();
    service.signal('SIGTERM');
    return {
      heal: async () => {
        await endCalls();
        await service.stop();
        await service.start();
      },
    };
  },
};

export const redisGone: Act = {
  name: 'redis',
  fault: 'Redis is killed (SIGKILL)',
  fires: ['LiveKitRedisUnreachable', 'LiveKitNoHealthyBackend', 'LiveKitExporterSourceDown'],
  may: ['LiveKitProbeFailing', 'LiveKitGhostRooms', ...JOINS_FAILING],
  resolves: ['LiveKitRedisUnreachable', 'LiveKitNoHealthyBackend', 'LiveKitExporterSourceDown'],
  begin: async ({ cluster }, strike) => {
    const redis = cluster.service('redis');
    strike();
    await kill(redis);
    return { about: { LiveKitExporterSourceDown: { source: 'lifecycle' } }, heal: redis.start };
  },
};

export const balancerKilled: Act = {
  name: 'balancer',
  fault: 'the load balancer is killed (SIGKILL)',
  fires: ['LiveKitLoadBalancerDown'],
  may: ['LiveKitProbeFailing'],
  resolves: ['LiveKitLoadBalancerDown'],
  begin: async ({ cluster }, strike) => {
    const balancer = cluster.service('haproxy');
    strike();
    await kill(balancer);
    return { heal: balancer.start };
  },
};

export const split: Act = {
  name: 'split',
  fault: `${FORGETFUL} of three nodes come back without Redis in their configuration, behind the same load balancer`,
  fires: ['LiveKitSplitBrain'],
  may: ['LiveKitProbeFailing', 'LiveKitGhostRooms', 'LiveKitNodeDown', 'LiveKitRestartLoop'],
  resolves: ['LiveKitSplitBrain'],
  begin: async ({ cluster, dir }, strike) => {
    const nodes = cluster.nodes.slice(0, FORGETFUL);
    const alone = await Promise.all(nodes.map((node) => withoutRedis(cluster, node, dir)));
    const services = nodes.map(({ name }) => cluster.service(name));
    await Promise.all(services.map(kill));
    strike();
    await Promise.all(alone.map((service) => service.start()));
    return {
      about: { LiveKitSplitBrain: { target: 'lab', module: 'audio_pair' } },
      heal: async () => {
        await Promise.all(alone.map(kill));
        await Promise.all(services.map((service) => service.start()));
      },
    };
  },
};

/** The same node with the same configuration, but for Redis; not started yet. */
const withoutRedis = async (
  { apiKey, apiSecret }: Cluster,
  { name, url, httpUrl }: ClusterNode,
  dir: string,
): Promise<Service> => {
  const { redis: _forgotten, ...config } = parse(
    await readFile(join(dir, `${name}.yaml`), 'utf8'),
  ) as { redis: object };
  const configFile = join(dir, `${name}-alone.yaml`);
  return createService({
    name: `${name}-alone`,
    command: (await provisionLiveKit({})).path,
    args: ['--config', configFile],
    env: { ...plainEnvironment(), LIVEKIT_KEYS: `${apiKey}: ${apiSecret}` },
    files: { [configFile]: stringify(config) },
    logFile: join(dir, `${name}-alone.log`),
    ready: { url: `${httpUrl}/` },
    readyWithinMs: 20_000,
    stopSteps: GRACEFUL_STOP,
    url,
  });
};

export const full: Act = {
  name: 'full',
  fault: `${PARTICIPANTS_PER_NODE * LIMITS.capacity + 30} people come to one node`,
  fires: ['LiveKitCapacityHigh'],
  // They also keep the machine busy, which hosts their part as well.
  may: [
    'LiveKitJoinsSlow',
    'LiveKitProbeFailing',
    'LiveKitJitterHigh',
    'LiveKitCpuHigh',
    'LiveKitCpuCritical',
  ],
  resolves: ['LiveKitCapacityHigh'],
  begin: async (watched, strike) => {
    const [node] = (await nodesByPeople(watched)).toReversed();
    if (node === undefined) throw new Error('there are no nodes');
    strike();
    const heal = await fillNode(
      watched,
      node,
      PARTICIPANTS_PER_NODE * LIMITS.capacity + 30,
      'fu11',
    );
    return { about: { LiveKitCapacityHigh: { instance: node.instance } }, heal };
  },
};
