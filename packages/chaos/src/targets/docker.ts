import { SwarmError } from '@livekit-swarm/settings';
import type { ContainerInspectInfo } from 'dockerode';
import {
  type ContainerComponent,
  componentsOf,
  discover,
  networkOf,
  portsOfComponent,
} from './docker/container.ts';
import { connectEngine, type Engine, killCommand, REQUEST_WITHIN_MS } from './docker/engine.ts';
import { keptContainers } from './docker/kept-container.ts';
import { groupOf, isEngineHere, processHere } from './docker/process-here.ts';
import { untilReady } from './docker/readiness.ts';
import { dockerRollout } from './docker/rollout.ts';
import { type DockerSpec, readReference, writeReference } from './docker/spec.ts';
import { expiryOnEngine } from './expiry/on-engine.ts';
import { expiryOnThisHost } from './expiry/this-host.ts';
import { lockEngine } from './lock/engine-lock.ts';
import { type LockPurpose, lockHost, startHere } from './lock/host-lock.ts';
import {
  type Capability,
  type Component,
  type Platform,
  type PlatformReference,
  type RedisPath,
  waitUntil,
  withoutEffect,
} from './platform.ts';
import { askNodeId, NODE_ID_IN_LOG } from './process/inspect.ts';
import { runHere } from './process/local-host.ts';
import { whyNoLocalPacketRules } from './process/packet-tools.ts';

/** Time for a container to stop or pause, ms. */
const EFFECT_WITHIN_MS = 10_000;
const POLL_MS = 10;
/** Time within which a program ends that does not know the signal of a reload, ms. */
const ENDS_WITHIN_MS = 1_000;
const REDIS_PORT = 6_379;

/**
 * Opens the containers of a Docker engine.
 * @throws SwarmError `docker_unavailable`; `usage` for a container with a wrong label
 */
export const openDockerPlatform = async (spec: DockerSpec): Promise<Platform> => {
  const engine = await connectEngine(spec);
  componentsOf(await engine.list(spec.label), spec, 'refuse');
  return dockerPlatform(spec, engine, []);
};

/**
 * Opens the platform of a journal entry.
 * @throws SwarmError `invalid_reference`, `docker_unavailable`
 */
export const reopenDockerPlatform = async (reference: PlatformReference): Promise<Platform> => {
  const { spec, onHost } = readReference(reference);
  return dockerPlatform(spec, await connectEngine(spec), onHost);
};

interface DiscoveredContainer {
  component: ContainerComponent;
  info: ContainerInspectInfo;
}

/** @param knownOnHost names of containers that were in the host's network before */
export const dockerPlatform = (
  spec: DockerSpec,
  engine: Engine,
  knownOnHost: readonly string[],
): Platform => {
  const onHost = new Set(knownOnHost);
  /** Node IDs by container and start: a paused container does not answer. */
  const nodeIds = new Map<string, string>();

  const look = async ({
    id,
    name,
    ...component
  }: ContainerComponent): Promise<DiscoveredContainer | null> => {
    const info = await engine.inspect(id);
    if (info === null) return null;
    if (networkOf(info) === 'host') onHost.add(name);
    return { component: { id, name, ...component }, info };
  };
  const components = async (): Promise<ContainerComponent[]> =>
    // A container with a wrong label that appears during a drill must not prevent the rollback.
    componentsOf(await engine.list(spec.label), spec, 'leave-out');
  /** Finds a component by name: a container that was created again has another ID. */
  const find = async (name: string): Promise<DiscoveredContainer | null> => {
    const component = (await components()).find((one) => one.name === name);
    return component === undefined ? null : look(component);
  };

  const nodeIdOf = async (
    component: ContainerComponent,
    info: ContainerInspectInfo | null,
  ): Promise<string | null> => {
    if (component.settings.kind !== 'node' || info?.State.Running !== true) return null;
    const key = `${component.id} ${info.State.StartedAt}`;
    const known = nodeIds.get(key);
    if (known !== undefined) return known;
    const { metrics } = component.settings;
    const reported = metrics === null || info.State.Paused ? null : await askNodeId(metrics);
    const id =
      reported ??
      (await engine.findInLog(component.id, new Date(info.State.StartedAt), NODE_ID_IN_LOG))?.[1] ??
      null;
    if (id !== null) nodeIds.set(key, id);
    return id;
  };

  const toComponent = async (
    { component, info }: DiscoveredContainer,
    others: readonly DiscoveredContainer[],
  ): Promise<Component> => {
    const redis =
      component.settings.kind === 'node' ? redisPath({ component, info }, others) : null;
    return {
      name: component.name,
      kind: component.settings.kind,
      nodeId: await nodeIdOf(component, info),
      instance: instanceOf(info),
      ports: portsOfComponent(component, info),
      ...(redis === null ? {} : { redis }),
    };
  };

  const missingCapability = async (
    capability: Capability,
    { name }: Component,
  ): Promise<string | null> => {
    const found = await find(name);
    if (found === null) return `container "${name}" not found`;
    const { info } = found;
    switch (capability) {
      case 'exec':
        return whyNoAccess(name, info);
      case 'packet_filter':
        return whyNoAccess(name, info) ?? whyNoLocalPacketRules();
      case 'pause':
        return engine.lacksPause();
      case 'start':
        return info.HostConfig.AutoRemove === true
          ? `${name} was started with --rm: it is removed when it exits`
          : null;
      default:
        // Every signal is delivered; a container killed through the engine is not restarted.
        return null;
    }
  };

  const whyNoAccess = (
    name: string,
    { Id: id, State: { Running: running, Pid: pid } }: ContainerInspectInfo,
  ): string | null => {
    if (process.platform !== 'linux')
      return 'the network of a container is accessible on Linux only';
    if (process.getuid?.() !== 0) return 'access to the network of a container needs root';
    if (!running) return `${name} does not run`;
    if (processHere(id, pid) !== null) return null;
    return `the processes of ${name} are on the host of the engine at ${spec.host}: run swarm there`;
  };

  const until = async (
    id: string,
    done: (state: ContainerInspectInfo['State']) => boolean,
  ): Promise<boolean> => {
    const isDone = async (): Promise<boolean> => {
      const info = await engine.inspect(id);
      return info === null || done(info.State);
    };
    return waitUntil(isDone, { withinMs: EFFECT_WITHIN_MS, everyMs: POLL_MS });
  };

  /**
   * Returns true when the processes of the engine are on this host; a forwarded socket, or that of
   * a virtual machine, does not prove it.
   */
  const isHere = async (): Promise<boolean> => {
    const all = await Promise.all((await components()).map(({ id }) => engine.inspect(id)));
    const running = all.filter((info) => info?.State.Running === true);
    return running.length === 0
      ? isEngineHere(spec.host)
      : running.some((info) => info !== null && processHere(info.Id, info.State.Pid) !== null);
  };
  const findInfo = async ({
    name,
  }: Pick<Component, 'name'>): Promise<ContainerInspectInfo | null> =>
    (await find(name))?.info ?? null;
  /** Container that a component had before a roll changed it. */
  const findKept = async (name: string): Promise<{ info: ContainerInspectInfo } | null> => {
    const kept = componentsOf(keptContainers(await engine.list(spec.label)), spec, 'leave-out');
    const id = kept.find((one) => one.name === name)?.id;
    const info = id === undefined ? null : await engine.inspect(id);
    return info === null ? null : { info };
  };
  const onEngine = expiryOnEngine(engine, findInfo);
  const onHostHere = expiryOnThisHost(async (component) =>
    (await findInfo(component)) === null ? `container "${component.name}" not found` : null,
  );

  return {
    kind: 'docker',
    label: `containers with ${spec.label} on ${spec.host}`,
    get reference() {
      return writeReference(spec, [...onHost]);
    },
    components: async () => {
      const there = (await Promise.all((await components()).map(look))).filter(
        (one) => one !== null,
      );
      const found = await Promise.all(
        there.map(async ({ component, info }) => ({
          component: await discover(component, info),
          info,
        })),
      );
      return Promise.all(found.map((one) => toComponent(one, found)));
    },
    missingCapability,
    signal: async ({ name }, signal) => {
      const found = await find(name);
      if (found === null) return;
      const { id } = found.component;
      const { Running: running, Paused: paused } = found.info.State;
      if (!running) return;
      const stop = signal === 'SIGSTOP';
      if (stop || signal === 'SIGCONT') {
        if (paused !== stop) await (stop ? engine.pause(id) : engine.unpause(id));
        if (await until(id, (state) => state.Paused === stop || !state.Running)) return;
      } else {
        await engine.kill(id, signal);
        if (signal !== 'SIGKILL' || (await until(id, ({ Running }) => !Running))) return;
      }
      throw withoutEffect(signal, { name }, `container ${id.slice(0, 12)}`, EFFECT_WITHIN_MS);
    },
    signalCommand: async ({ name }, signal) => {
      const found = await find(name);
      if (found?.info.State.Running !== true || !(await isHere())) return null;
      return killCommand(spec, found.component.id, signal);
    },
    start: async ({ name }) => {
      const found = await find(name);
      // A container that was removed needs no rollback.
      if (found === null || found.info.State.Running) return;
      await engine.start(found.component.id);
      await untilReady(engine, found.component, async () =>
        nodeIdOf(found.component, await engine.inspect(found.component.id)),
      );
    },
    balancer: {
      whyNotReloadable: async ({ name }) => {
        const found = await find(name);
        if (found === null) return `container "${name}" not found`;
        return found.info.State.Running ? null : `${name} does not run`;
      },
      reload: async ({ name }, signal) => {
        const found = await find(name);
        if (found === null) return;
        const before = instanceOf(found.info);
        await engine.kill(found.component.id, signal);
        const hasEnded = async (): Promise<boolean> => {
          const info = await engine.inspect(found.component.id);
          return info === null || instanceOf(info) !== before;
        };
        if (await waitUntil(hasEnded, { withinMs: ENDS_WITHIN_MS, everyMs: 10 * POLL_MS }))
          throw new SwarmError(
            'reload_failed',
            `${name} ended by ${signal}, instead of reloading`,
            'give the signal by which it reloads: with: { signal: SIGUSR2 }; some programs have none',
          );
      },
    },
    expiry: {
      missingCapability: async (component, steps) =>
        ((await isHere()) ? onHostHere : onEngine).missingCapability(component, steps),
      arm: async (request) => ((await isHere()) ? onHostHere : onEngine).arm(request),
      // A rollback that is armed on this host reads the journal.
      beginDrain: async (...drain) => !(await isHere()) && onEngine.beginDrain(...drain),
      hasBegunDrain: async (id, component, methods) =>
        methods.includes('waiting_container')
          ? onEngine.hasBegunDrain(id, component, methods)
          : null,
      // With all containers down, the armed one cannot be found.
      disarm: async (id, all) => {
        for (const controller of [onHostHere, onEngine]) await controller.disarm(id, all);
      },
    },
    rollout: dockerRollout({ engine, find, findKept, isHere }),
    inFlight: { maxMs: REQUEST_WITHIN_MS },
    run: async ({ name }, argv, input) => {
      const found = await find(name);
      const state = found?.info.State;
      if (found !== null && state?.Running === true) {
        const pid = processHere(found.component.id, state.Pid);
        const why = whyNoAccess(name, found.info);
        if (pid === null || why !== null)
          throw new SwarmError('fault_unavailable', why ?? `${name} has just exited`);
        return runHere(['nsenter', '--target', String(pid), '--net', '--', ...argv], input);
      }
      if (onHost.has(name) && isEngineHere(spec.host)) return runHere(argv, input);
      throw new SwarmError(
        'component_not_found',
        `${name} does not run, and its network no longer exists`,
      );
    },
    instance: async ({ name }) => {
      const found = await find(name);
      return found === null ? null : instanceOf(found.info);
    },
    isStopped: async ({ name }) => (await find(name))?.info.State.Paused === true,
    pid: async ({ name }) => {
      const found = await find(name);
      if (found?.info.State.Running !== true) return null;
      const { Pid: pid } = found.info.State;
      return processHere(found.component.id, pid) ?? pid;
    },
    lock: async (purpose: LockPurpose) => {
      const where = 'the host of the engine';
      if (await isHere()) return lockHost(startHere, purpose, where);
      const [first] = await components();
      const info = first === undefined ? null : await engine.inspect(first.id);
      if (info !== null) return lockEngine(engine, info.Image, purpose, where);
      throw new SwarmError(
        'component_not_found',
        `no container with ${spec.label} on ${spec.host}`,
      );
    },
    [Symbol.asyncDispose]: async () => {},
  };
};

const instanceOf = ({
  Id: id,
  State: { Running: running, StartedAt: at },
}: ContainerInspectInfo) => (running ? `${id}:${at}` : null);

/**
 * Selection of a node's connections to Redis: its own network, its cgroup, or an address that no
 * other component uses.
 */
const redisPath = (
  { component, info }: DiscoveredContainer,
  all: readonly DiscoveredContainer[],
): RedisPath | null => {
  const declared = component.settings.redis;
  const [server] = all
    .filter(({ component: { settings } }) => settings.kind === 'redis')
    .flatMap(({ component: { settings } }) => settings.tcp);
  const port = declared?.port ?? server ?? REDIS_PORT;
  if (networkOf(info) === 'own') return { address: null, port, cgroup: null };
  const pid = info.State.Running ? processHere(component.id, info.State.Pid) : null;
  const cgroup = pid === null ? null : groupOf(component.id, pid);
  if (cgroup !== null) return { address: declared?.address ?? null, port, cgroup };
  const address = declared?.address ?? null;
  const shared = all.some(
    ({ component: { id, settings } }) => id !== component.id && settings.redis?.address === address,
  );
  return address === null || shared ? null : { address, port, cgroup: null };
};
