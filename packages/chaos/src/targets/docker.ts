import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import type { ContainerInspectInfo } from 'dockerode';
import {
  type ContainerComponent,
  componentsOf,
  networkOf,
  portsOfComponent,
} from './docker/container.ts';
import { discover } from './docker/discover.ts';
import { connectEngine, type Engine } from './docker/engine.ts';
import { groupOf, isEngineHere, processHere } from './docker/process-here.ts';
import { untilReady } from './docker/readiness.ts';
import { type DockerSpec, readReference, writeReference } from './docker/spec.ts';
import { askNodeId } from './process/node-ids.ts';
import { packetRulesUnavailableReason } from './process/packet-tools.ts';
import { runHere } from './process/run-here.ts';
import type { Capability, Component, Platform, PlatformReference, RedisPath } from './target.ts';

/** How long a container is given to be gone, or to stand still, ms. */
const OBEYS_WITHIN_MS = 10_000;
const POLL_MS = 10;
const REDIS_PORT = 6_379;

/** As livekit-server writes it when it starts, in either of its formats. */
const NODE_ID_IN_LOG = /"nodeID":\s*"(ND_\w+)"/;

/**
 * Containers of a Docker engine. It is not asked whether there are any.
 * @throws SwarmError `docker_unavailable`
 */
export const openDockerPlatform = async (order: DockerSpec): Promise<Platform> =>
  dockerPlatform(order, await connectEngine(order), []);

/** The target that a journal speaks of. @throws SwarmError `invalid_reference`, `docker_unavailable` */
export const reopenDockerPlatform = async (reference: PlatformReference): Promise<Platform> => {
  const { order, onHost } = readReference(reference);
  return dockerPlatform(order, await connectEngine(order), onHost);
};

interface Found {
  part: ContainerComponent;
  info: ContainerInspectInfo;
}

/** @param knownOnHost names of containers whose packets are among the machine's own, from before */
export const dockerPlatform = (
  order: DockerSpec,
  engine: Engine,
  knownOnHost: readonly string[],
): Platform => {
  const onHost = new Set(knownOnHost);
  /** Of a container as it was started then: one that hangs does not tell. */
  const nodeIds = new Map<string, string>();

  const look = async ({ id, name, ...part }: ContainerComponent): Promise<Found | null> => {
    const info = await engine.inspect(id);
    if (info === null) return null;
    if (networkOf(info) === 'host') onHost.add(name);
    return { part: { id, name, ...part }, info };
  };
  const parts = async (): Promise<ContainerComponent[]> =>
    componentsOf(await engine.list(order.label), order);
  /** By name: one that was made anew has another id. */
  const find = async (name: string): Promise<Found | null> => {
    const part = (await parts()).find((one) => one.name === name);
    return part === undefined ? null : look(part);
  };

  const nodeIdOf = async (
    part: ContainerComponent,
    info: ContainerInspectInfo | null,
  ): Promise<string | null> => {
    if (part.settings.kind !== 'node' || info?.State.Running !== true) return null;
    const key = `${part.id} ${info.State.StartedAt}`;
    const known = nodeIds.get(key);
    if (known !== undefined) return known;
    const { metrics } = part.settings;
    const told = metrics === null || info.State.Paused ? null : await askNodeId(metrics);
    const id =
      told ??
      (await engine.findInLog(part.id, new Date(info.State.StartedAt), NODE_ID_IN_LOG))?.[1] ??
      null;
    if (id !== null) nodeIds.set(key, id);
    return id;
  };

  const memberOf = async ({ part, info }: Found, others: readonly Found[]): Promise<Component> => {
    const redis = part.settings.kind === 'node' ? redisPath({ part, info }, others) : null;
    return {
      name: part.name,
      kind: part.settings.kind,
      nodeId: await nodeIdOf(part, info),
      ports: portsOfComponent(part, info),
      ...(redis === null ? {} : { redis }),
    };
  };

  const missingCapability = async (
    ability: Capability,
    { name }: Component,
  ): Promise<string | null> => {
    const found = await find(name);
    if (found === null) return `there is no container "${name}" any more`;
    const { info } = found;
    switch (ability) {
      case 'exec':
        return whyNoRun(name, info);
      case 'packet_filter':
        return whyNoRun(name, info) ?? packetRulesUnavailableReason();
      case 'pause':
        return engine.lacksPause();
      case 'start':
        return info.HostConfig.AutoRemove === true
          ? `${name} was started with --rm: once it has ended, there is nothing to start`
          : null;
      default:
        // Every signal is passed on; and what was killed through the engine is left alone by its restart policy.
        return null;
    }
  };

  const whyNoRun = (
    name: string,
    { Id: id, State: { Running: running, Pid: pid } }: ContainerInspectInfo,
  ): string | null => {
    if (process.platform !== 'linux') return 'only Linux lets one into the network of a container';
    if (process.getuid?.() !== 0)
      return 'the network of a container is root’s alone: run this as root';
    if (!running) return `${name} does not run`;
    if (processHere(id, pid) !== null) return null;
    return `the processes of ${name} are not on this machine, but wherever the engine at ${order.host} is: run this there`;
  };

  const until = async (
    id: string,
    done: (state: ContainerInspectInfo['State']) => boolean,
  ): Promise<void> => {
    const deadline = performance.now() + OBEYS_WITHIN_MS;
    while (performance.now() < deadline) {
      const info = await engine.inspect(id);
      if (info === null || done(info.State)) return;
      await sleep(POLL_MS);
    }
  };

  return {
    kind: 'docker',
    label: `containers with ${order.label} on ${order.host}`,
    get reference() {
      return writeReference(order, [...onHost]);
    },
    components: async () => {
      const there = (await Promise.all((await parts()).map(look))).filter((one) => one !== null);
      const found = await Promise.all(
        there.map(async ({ part, info }) => ({ part: await discover(part, info), info })),
      );
      return Promise.all(found.map((one) => memberOf(one, found)));
    },
    missingCapability,
    signal: async ({ name }, signal) => {
      const found = await find(name);
      if (found === null) return;
      const { id } = found.part;
      const { Running: running, Paused: paused } = found.info.State;
      if (!running) return;
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
        const stop = signal === 'SIGSTOP';
        if (paused !== stop) await (stop ? engine.pause(id) : engine.unpause(id));
        return until(id, (state) => state.Paused === stop || !state.Running);
      }
      await engine.kill(id, signal);
      if (signal === 'SIGKILL') await until(id, ({ Running: running }) => !running);
    },
    start: async ({ name }) => {
      const found = await find(name);
      // Whoever removed it has taken away what there would be to put right.
      if (found === null || found.info.State.Running) return;
      await engine.start(found.part.id);
      await untilReady(engine, found.part, async () =>
        nodeIdOf(found.part, await engine.inspect(found.part.id)),
      );
    },
    run: async ({ name }, argv, input) => {
      const found = await find(name);
      const state = found?.info.State;
      if (found !== null && state?.Running === true) {
        const pid = processHere(found.part.id, state.Pid);
        const why = whyNoRun(name, found.info);
        if (pid === null || why !== null)
          throw new SwarmError('fault_unavailable', why ?? `${name} has just ended`);
        return runHere(['nsenter', '--target', String(pid), '--net', '--', ...argv], input);
      }
      if (onHost.has(name) && isEngineHere(order.host)) return runHere(argv, input);
      throw new SwarmError(
        'component_not_found',
        `${name} does not run, and its network has ended with it`,
      );
    },
    pid: async ({ name }) => {
      const found = await find(name);
      if (found?.info.State.Running !== true) return null;
      const { Pid: pid } = found.info.State;
      return processHere(found.part.id, pid) ?? pid;
    },
    [Symbol.asyncDispose]: async () => {},
  };
};

/** In a network of its own, a node is the only one with connections to Redis; elsewhere its control group tells them, or an address that nobody else uses. */
const redisPath = ({ part, info }: Found, all: readonly Found[]): RedisPath | null => {
  const said = part.settings.redis;
  const [server] = all
    .filter(({ part: { settings } }) => settings.kind === 'redis')
    .flatMap(({ part: { settings } }) => settings.tcp);
  const port = said?.port ?? server ?? REDIS_PORT;
  if (networkOf(info) === 'own') return { address: null, port, cgroup: null };
  const pid = info.State.Running ? processHere(part.id, info.State.Pid) : null;
  const cgroup = pid === null ? null : groupOf(part.id, pid);
  if (cgroup !== null) return { address: said?.address ?? null, port, cgroup };
  const address = said?.address ?? null;
  const shared = all.some(
    ({ part: { id, settings } }) => id !== part.id && settings.redis?.address === address,
  );
  return address === null || shared ? null : { address, port, cgroup: null };
};
