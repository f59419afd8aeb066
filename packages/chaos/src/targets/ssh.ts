import { SwarmError } from '@livekit-swarm/settings';
import { armTimer, disarmTimer } from './expiry/timer.ts';
import {
  forgetDrains,
  markDrain,
  NOT_MARKED,
  readDrainMark,
  unitScript,
} from './expiry/unit-script.ts';
import { type HeldLock, joinLocks } from './lock/host-lock.ts';
import {
  type Capability,
  type Component,
  type Platform,
  type PlatformReference,
  SIGNAL_EFFECTS,
  waitUntil,
  withoutEffect,
} from './platform.ts';
import {
  formatInstance,
  type ProcessStat,
  remoteNodeId,
  remoteProcess,
} from './process/inspect.ts';
import { whyNoPacketRules } from './process/packet-tools.ts';
import { type ShownUnit, type Units, unitsOf } from './process/systemd.ts';
import { unitRollout } from './process/unit-rollout.ts';
import { connectSsh, type SshConnection } from './ssh/connection.ts';
import { componentName, readReference, type SshSpec, writeReference } from './ssh/spec.ts';

/** Time for a signal to take effect, ms. */
const EFFECT_WITHIN_MS = 5_000;
const POLL_MS = 20;

/**
 * Opens units of systemd on hosts that are reached by SSH.
 * @throws SwarmError `ssh_unavailable`, `unreachable`, `systemd_unavailable`, `component_not_found`
 */
export const openSshPlatform = async (spec: SshSpec): Promise<Platform> => {
  const remotes = await Promise.all(
    spec.hosts.map(async ({ host, units }): Promise<RemoteUnit[]> => {
      const connection = await connectSsh(host, spec.config);
      const systemd = unitsOf(connection, host);
      return units.map((unit) => ({
        host,
        name: componentName(spec, host, unit.name),
        unit,
        connection,
        systemd,
      }));
    }),
  );
  const target = sshPlatform(spec, remotes.flat());
  try {
    for (const [first, ...rest] of remotes) {
      if (first !== undefined) await first.systemd.check([first, ...rest].map(({ unit }) => unit));
    }
  } catch (error) {
    await target[Symbol.asyncDispose]();
    throw error;
  }
  return target;
};

/**
 * Opens the platform of a journal entry.
 * @throws SwarmError `invalid_reference`, and those of `openSshPlatform`
 */
export const reopenSshPlatform = async (reference: PlatformReference): Promise<Platform> =>
  openSshPlatform(readReference(reference));

/** Unit and the connection to its host. */
interface RemoteUnit {
  host: string;
  /** Name of the component. */
  name: string;
  unit: SshSpec['hosts'][number]['units'][number];
  connection: SshConnection;
  systemd: Units;
}

const sshPlatform = (spec: SshSpec, remotes: readonly RemoteUnit[]): Platform => {
  /** Node IDs by process: a stopped process does not answer. */
  const nodeIds = new Map<string, string>();
  const packetRules = new Map<SshConnection, Promise<string | null>>();

  const remoteOf = ({ name }: Pick<Component, 'name'>): RemoteUnit => {
    const remote = remotes.find((one) => one.name === name);
    if (remote !== undefined) return remote;
    throw new SwarmError(
      'component_not_found',
      `component "${name}" not found among ${remotes.map((one) => one.name).join(', ')}`,
    );
  };

  const nodeIdOf = async (
    { name, unit, connection }: RemoteUnit,
    pid: number,
    { state, startedAt }: ProcessStat,
    metricsUrl: string | null,
  ): Promise<string | null> => {
    const key = `${name} ${pid} ${startedAt}`;
    const id =
      nodeIds.get(key) ??
      (await remoteNodeId(connection, unit.name, pid, state === 'T' ? null : metricsUrl));
    if (id !== null) nodeIds.set(key, id);
    return id;
  };

  const processOf = async (
    { connection }: RemoteUnit,
    { pid }: ShownUnit,
  ): Promise<{ pid: number; stat: ProcessStat } | null> => {
    const stat = pid === null ? null : await remoteProcess(connection, pid);
    return pid === null || stat === null ? null : { pid, stat };
  };

  const instanceOf = async (remote: RemoteUnit): Promise<string | null> =>
    instanceText(await processOf(remote, await remote.systemd.show(remote.unit.name)));

  const toComponent = async (remote: RemoteUnit): Promise<Component> => {
    const { unit, systemd, name } = remote;
    const shown = await systemd.show(unit.name);
    const process = await processOf(remote, shown);
    const { metricsUrl, ...component } = await systemd.component(unit, shown);
    const nodeId =
      unit.kind === 'node' && process !== null
        ? await nodeIdOf(remote, process.pid, process.stat, metricsUrl)
        : null;
    return { ...component, name, nodeId, instance: instanceText(process) };
  };

  const whyNoRules = ({ connection, host }: RemoteUnit): Promise<string | null> => {
    const known = packetRules.get(connection) ?? whyNoPacketRules(connection, host);
    packetRules.set(connection, known);
    known.catch(() => packetRules.delete(connection));
    return known;
  };

  const missingCapability = async (
    capability: Capability,
    component: Component,
  ): Promise<string | null> => {
    const remote = remoteOf(component);
    const why = await remote.connection.lacksRoot();
    if (why !== null) return why;
    if (capability === 'packet_filter') return whyNoRules(remote);
    if (capability !== 'stay_down') return null;
    return remote.systemd.whyNotDown(remote.unit.name);
  };

  return {
    kind: 'ssh',
    label: `${remotes.map(({ unit }) => unit.name).join(', ')} on ${spec.hosts.map(({ host }) => host).join(', ')}`,
    get reference() {
      return writeReference(spec);
    },
    components: () => Promise.all(remotes.map(toComponent)),
    missingCapability,
    signal: async (component, signal) => {
      const { connection, systemd, unit } = remoteOf(component);
      const pids = await systemd.processes(unit.name);
      const before = await Promise.all(
        pids.map(async (pid) => ({ pid, process: await remoteProcess(connection, pid) })),
      );
      if (before.every(({ process }) => process === null)) return;
      await systemd.signal(unit.name, signal);
      const done = SIGNAL_EFFECTS[signal];
      if (done === undefined) return;
      for (const { pid, process } of before) {
        if (process === null) continue;
        const isDone = async (): Promise<boolean> => {
          const now = await remoteProcess(connection, pid);
          // Another process may have this ID now.
          return done(now?.startedAt === process.startedAt ? now.state : null);
        };
        if (await waitUntil(isDone, { withinMs: EFFECT_WITHIN_MS, everyMs: POLL_MS })) continue;
        throw withoutEffect(signal, component, `process ${pid}`, EFFECT_WITHIN_MS);
      }
    },
    start: async (component) => {
      const { systemd, unit } = remoteOf(component);
      await systemd.start(unit);
    },
    rollout: unitRollout((component) => {
      const { connection, unit, host } = remoteOf(component);
      return { host: connection, unit: unit.name, where: host };
    }),
    balancer: {
      whyNotReloadable: async (component) => {
        const { connection, systemd, unit } = remoteOf(component);
        return (await connection.lacksRoot()) ?? systemd.whyNotReloadable(unit.name);
      },
      reload: async (component) => {
        const { systemd, unit } = remoteOf(component);
        await systemd.reload(unit.name);
      },
    },
    expiry: {
      missingCapability: async (component, steps) =>
        steps.some(({ step }) => step === 'rollback')
          ? `the host of ${component.name} has no program that could roll it back`
          : remoteOf(component).connection.lacksRoot(),
      arm: ({ id, afterMs, components }) =>
        Promise.all(
          byConnection(components, ({ component }) => remoteOf(component)).map(
            ([{ connection }, parts]) =>
              armTimer(
                connection.run,
                id,
                afterMs,
                unitScript(
                  id,
                  parts.map(({ component, steps }) => ({
                    unit: remoteOf(component).unit.name,
                    component,
                    steps,
                  })),
                ),
              ),
          ),
        ),
      beginDrain: async (id, component, signal) => {
        const { connection, unit, host } = remoteOf(component);
        const { code, stderr } = await connection.run(markDrain(id, unit.name, signal));
        if (code === 0) return true;
        const why = stderr.trim().split('\n')[0] || `exit code ${code}`;
        throw code === NOT_MARKED
          ? new SwarmError(
              'expiry_unavailable',
              `the automatic rollback on ${host} does not know that ${unit.name} drains: ${why}`,
              'the node was not signalled; run the drill again',
            )
          : new SwarmError(
              'fault_unavailable',
              `it is not known whether the drain of ${unit.name} on ${host} has begun: ${why}`,
            );
      },
      hasBegunDrain: async (id, component) => {
        const { connection, unit, host } = remoteOf(component);
        const { code, stdout, stderr } = await connection.run(readDrainMark(id, unit.name));
        if (code === 0) return stdout.trim() === 'drain';
        throw new SwarmError(
          'rollback_failed',
          `it is not known whether the drain of ${unit.name} on ${host} has begun: ${stderr.trim().split('\n')[0] || `exit code ${code}`}`,
        );
      },
      disarm: async (id, components) => {
        await Promise.all(
          byConnection(components, remoteOf).map(async ([{ connection, host }]) => {
            await disarmTimer(connection.run, id);
            const { code, stderr } = await connection.run(forgetDrains(id));
            if (code === 0) return;
            throw new SwarmError(
              'rollback_failed',
              `notes of ${id} on drains cannot be removed from ${host}: ${stderr.trim().split('\n')[0] || `exit code ${code}`}`,
              `they do no harm; remove /run/swarm-drain-${id}-* there`,
            );
          }),
        );
      },
    },
    lock: async (purpose) => {
      const held: HeldLock[] = [];
      await using locks = new AsyncDisposableStack();
      for (const connection of new Set(remotes.map((remote) => remote.connection)))
        held.push(locks.use(await connection.lock(purpose)));
      locks.move();
      return joinLocks(held);
    },
    inFlight: {
      maxMs: Math.max(...remotes.map(({ connection }) => connection.inFlight.maxMs)),
      leftMs: () =>
        Math.max(...remotes.map(({ connection }) => connection.inFlight.leftMs?.() ?? 0)),
    },
    run: async (component, argv, input) => remoteOf(component).connection.run(argv, input),
    instance: (component) => instanceOf(remoteOf(component)),
    isStopped: async (component) => {
      const { connection, systemd, unit } = remoteOf(component);
      const pids = await systemd.processes(unit.name);
      const found = await Promise.all(pids.map((pid) => remoteProcess(connection, pid)));
      const states = found.flatMap((process) => process?.state ?? []);
      return states.length > 0 && states.every((state) => state === 'T');
    },
    pid: async (component) => {
      const { systemd, unit } = remoteOf(component);
      return (await systemd.show(unit.name)).pid;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        [...new Set(remotes.map(({ connection }) => connection))].map((connection) =>
          connection[Symbol.asyncDispose](),
        ),
      );
    },
  };
};

const instanceText = (process: { pid: number; stat: ProcessStat } | null): string | null =>
  process === null ? null : formatInstance({ pid: process.pid, startedAt: process.stat.startedAt });

/** Groups items by the connection to their host, so that each host appears once. */
const byConnection = <T>(
  all: readonly T[],
  remoteOf: (one: T) => RemoteUnit,
): [RemoteUnit, T[]][] => {
  const groups = new Map<SshConnection, [RemoteUnit, T[]]>();
  for (const one of all) {
    const remote = remoteOf(one);
    const [, parts] = groups.get(remote.connection) ?? [remote, []];
    groups.set(remote.connection, [remote, [...parts, one]]);
  }
  return [...groups.values()];
};
