import { isSameProcess, type ProcessIdentity } from '@livekit-swarm/host';
import type { Cluster } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { NOT_SIGNALLED } from '../journal/drain-note.ts';
import { expiryOnThisHost } from './expiry/this-host.ts';
import { type LockPurpose, lockHost, startHere } from './lock/host-lock.ts';
import {
  type Capability,
  type Component,
  invalidReference,
  type Platform,
  type PlatformReference,
  SIGNAL_EFFECTS,
  waitUntil,
  withoutEffect,
} from './platform.ts';
import {
  clusterLocation,
  clustersLocation,
  pastClusterLocation,
} from './process/cluster-location.ts';
import { askNodeId, formatInstance, processState } from './process/inspect.ts';
import { labLocation, pastLabLocation } from './process/lab-location.ts';
import { runHere } from './process/local-host.ts';
import type { AgentWorkerPlace, Location } from './process/location.ts';
import { whyNoLocalPacketRules } from './process/packet-tools.ts';
import { systemdLocation, type Unit, unit } from './process/systemd.ts';

/** Processes on this host: a running lab, or systemd units. */
export type ProcessSpec = { lab: string } | { units: readonly Unit[] };

/** Time for a signal to take effect, ms. */
const EFFECT_WITHIN_MS = 5_000;
const POLL_MS = 2;

/** @throws SwarmError `no_lab`, `systemd_unavailable`, `component_not_found` */
export const openProcessPlatform = async (spec: ProcessSpec): Promise<Platform> => {
  return processPlatform(
    'lab' in spec ? await labLocation(spec.lab) : await systemdLocation(spec.units),
  );
};

/**
 * Opens a lab of this process.
 * @param stop aborted: a service that ends at once is not started again
 */
export const openLabPlatform = (
  cluster: Cluster,
  agentWorkers: readonly AgentWorkerPlace[] = [],
  stop?: AbortSignal,
): Platform => processPlatform(clusterLocation(cluster, agentWorkers, stop));

/**
 * Opens labs of this process, each a site.
 * @param stop as for one lab
 */
export const openClustersPlatform = (
  clusters: readonly { site: string; cluster: Cluster }[],
  stop?: AbortSignal,
): Platform => processPlatform(clustersLocation(clusters, stop));

/**
 * Opens the platform of a journal entry, if it still exists.
 * @throws SwarmError `invalid_reference`
 */
export const reopenProcessPlatform = async (reference: PlatformReference): Promise<Platform> => {
  if (reference.place === 'cluster') return processPlatform(pastClusterLocation(reference));
  if (reference.place === 'lab' && typeof reference.lab === 'string') {
    return processPlatform(await pastLabLocation(reference.lab, reference.startedAt));
  }
  if (reference.place === 'systemd') {
    const units = z.array(unit).safeParse(reference.units);
    if (units.success) return processPlatform(await systemdLocation(units.data));
  }
  throw invalidReference('processes');
};

/** Platform of processes at any location. */
export const processPlatform = (location: Location): Platform => {
  /** Node IDs by process: a stopped process does not answer. */
  const nodeIds = new Map<string, string>();

  const nodeIdOf = async (
    identity: ProcessIdentity | null,
    metricsUrl: string | null,
  ): Promise<string | null> => {
    if (identity === null || metricsUrl === null) return null;
    const key = `${identity.pid} ${identity.startedAt}`;
    const id =
      (processState(identity.pid) === 'T' ? null : await askNodeId(metricsUrl)) ??
      nodeIds.get(key) ??
      null;
    if (id !== null) nodeIds.set(key, id);
    return id;
  };

  const missingCapability = async (
    capability: Capability,
    { name }: Component,
  ): Promise<string | null> => {
    if (capability === 'packet_filter') return whyNoLocalPacketRules();
    if (capability === 'start') return location.whyNotStartable();
    if (capability === 'exec')
      return process.getuid?.() === 0 ? null : 'this needs root: run it as root';
    if (capability === 'pause' && process.platform === 'win32')
      return 'Windows cannot pause a process';
    const why = capability === 'stay_down' ? await location.whyNotDown?.(name) : null;
    if (typeof why === 'string') return why;
    const identity = await location.identity(name);
    return identity === null || maySignal(identity.pid)
      ? null
      : `${name} belongs to another user: run this as that user, or as root`;
  };

  return {
    kind: 'process',
    label: location.label,
    get reference() {
      return location.reference();
    },
    components: async () =>
      Promise.all(
        (await location.components()).map(
          async ({ metricsUrl, ...component }): Promise<Component> => {
            const identity = await location.identity(component.name);
            return {
              ...component,
              nodeId: await nodeIdOf(identity, metricsUrl),
              instance: identity === null ? null : formatInstance(identity),
            };
          },
        ),
      ),
    missingCapability,
    ...(location.redisLogin !== undefined && { redisLogin: location.redisLogin }),
    signal: async ({ name }, signal) => {
      const identity = await location.identity(name);
      if (identity === null) return;
      if (location.signal === undefined) send(identity.pid, signal, name);
      else await location.signal(name, signal);
      const done = SIGNAL_EFFECTS[signal];
      if (done === undefined || process.platform !== 'linux') return;
      const isDone = (): boolean =>
        done(isSameProcess(identity) ? processState(identity.pid) : null);
      if (await waitUntil(isDone, { withinMs: EFFECT_WITHIN_MS, everyMs: POLL_MS })) return;
      throw withoutEffect(signal, { name }, `process ${identity.pid}`, EFFECT_WITHIN_MS);
    },
    signalCommand: async ({ name }, signal) => {
      const identity = await location.identity(name);
      if (identity === null) return null;
      if (location.signal !== undefined) return location.signalCommand?.(name, signal) ?? null;
      return ['sh', '-c', SIGNAL, String(identity.pid), signal.replace('SIG', '')];
    },
    start: ({ name }) => location.start(name),
    ...(location.rollout !== undefined && { rollout: location.rollout }),
    ...(location.balancer !== undefined && { balancer: location.balancer }),
    ...(location.keys !== undefined && { keys: location.keys }),
    expiry: expiryOnThisHost(),
    ...(location.isShared && {
      lock: (purpose: LockPurpose) => lockHost(startHere, purpose, 'this host'),
    }),
    run: (_member, argv, input) => runHere(argv, input),
    instance: async ({ name }) => {
      const identity = await location.identity(name);
      return identity === null ? null : formatInstance(identity);
    },
    isStopped: async ({ name }) => {
      const identity = await location.identity(name);
      return identity !== null && processState(identity.pid) === 'T';
    },
    pid: async ({ name }) => (await location.identity(name))?.pid ?? null,
    [Symbol.asyncDispose]: async () => {},
  };
};

/** Script that sends signal $1 to process $0, which may have exited in the meantime. */
const SIGNAL = `kill -s "$1" "$0" || ! ps -p "$0" > /dev/null || exit ${NOT_SIGNALLED}`;

const maySignal = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
};

const send = (pid: number, signal: NodeJS.Signals, name: string): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The process has exited in the meantime.
    if (code === 'ESRCH') return;
    throw new SwarmError(
      'target_not_confirmed',
      `${signal} may not be sent to ${name} (process ${pid}): ${code}`,
      'run this as root',
      { cause: error },
    );
  }
};
