import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessIdentity } from '@livekit-swarm/host';
import type { Cluster } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { clusterLocation } from './process/cluster-location.ts';
import type { Location } from './process/component.ts';
import { labLocation, pastLabLocation } from './process/lab-location.ts';
import { askNodeId } from './process/node-ids.ts';
import { packetRulesUnavailableReason } from './process/packet-tools.ts';
import { pastClusterLocation } from './process/past-cluster-location.ts';
import { processState } from './process/process-state.ts';
import { runHere } from './process/run-here.ts';
import { systemdLocation } from './process/systemd-location.ts';
import { parseUnit, type Unit } from './process/unit.ts';
import type { Capability, Component, Platform, PlatformReference } from './target.ts';

/** Processes on this machine: a lab that lives in this process, one that stands by itself, or units of systemd. */
export type ProcessSpec = { cluster: Cluster } | { lab: string } | { units: readonly Unit[] };

/** How long a process is given to do what a signal makes it do, ms. */
const OBEYS_WITHIN_MS = 5_000;
const POLL_MS = 2;

/** @throws SwarmError `no_lab`, `systemd_unavailable`, `component_not_found` */
export const openProcessPlatform = async (order: ProcessSpec): Promise<Platform> => {
  if ('cluster' in order) return openLabPlatform(order.cluster);
  return processPlatform(
    'lab' in order ? await labLocation(order.lab) : await systemdLocation(order.units),
  );
};

/** A lab that lives in this process. */
export const openLabPlatform = (cluster: Cluster): Platform =>
  processPlatform(clusterLocation(cluster));

/** The target that a journal speaks of, as far as it is still there. @throws SwarmError `invalid_reference` */
export const reopenProcessPlatform = async (reference: PlatformReference): Promise<Platform> => {
  if (reference.place === 'cluster') return processPlatform(pastClusterLocation(reference));
  if (reference.place === 'lab' && typeof reference.lab === 'string') {
    return processPlatform(await pastLabLocation(reference.lab, reference.startedAt));
  }
  if (reference.place === 'systemd' && Array.isArray(reference.units)) {
    return processPlatform(
      await systemdLocation(reference.units.map((unit) => parseUnit(String(unit)))),
    );
  }
  throw new SwarmError(
    'invalid_reference',
    'the journal speaks of processes that this version knows nothing of',
    'use the version of swarm that ran the drill',
  );
};

/** What can be done to processes, wherever they are. */
export const processPlatform = (place: Location): Platform => {
  /** One that hangs does not tell; it is still the one it was. */
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
    ability: Capability,
    { name }: Component,
  ): Promise<string | null> => {
    if (ability === 'packet_filter') return packetRulesUnavailableReason();
    if (ability === 'start') return place.whyNotStartable();
    if (ability === 'exec')
      return process.getuid?.() === 0 ? null : 'this needs root: run it as root';
    if (ability === 'pause' && process.platform === 'win32') return 'Windows cannot stop a process';
    const identity = await place.identity(name);
    return identity === null || maySignal(identity.pid)
      ? null
      : `${name} belongs to another user: run this as that user, or as root`;
  };

  return {
    kind: 'process',
    label: place.label,
    get reference() {
      return place.reference();
    },
    components: async () =>
      Promise.all(
        (await place.components()).map(async ({ metricsUrl, ...part }): Promise<Component> => {
          const identity = await place.identity(part.name);
          return { ...part, nodeId: await nodeIdOf(identity, metricsUrl) };
        }),
      ),
    missingCapability,
    signal: async ({ name }, signal) => {
      const identity = await place.identity(name);
      if (identity === null) return;
      if (place.signal === undefined) send(identity.pid, signal, name);
      else await place.signal(name, signal);
      if (signal === 'SIGKILL') await untilState(identity.pid, (state) => state === null);
      if (signal === 'SIGSTOP')
        await untilState(identity.pid, (state) => state === 'T' || state === null);
      if (signal === 'SIGCONT') await untilState(identity.pid, (state) => state !== 'T');
    },
    start: ({ name }) => place.start(name),
    run: (_member, argv, input) => runHere(argv, input),
    pid: async ({ name }) => (await place.identity(name))?.pid ?? null,
    [Symbol.asyncDispose]: async () => {},
  };
};

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
    // It has ended in the meantime.
    if (code === 'ESRCH') return;
    throw new SwarmError(
      'target_not_confirmed',
      `${signal} may not be sent to ${name} (process ${pid}): ${code}`,
      'run this as root',
      {
        cause: error,
      },
    );
  }
};

const untilState = async (pid: number, done: (state: string | null) => boolean): Promise<void> => {
  if (process.platform !== 'linux') return;
  const deadline = performance.now() + OBEYS_WITHIN_MS;
  while (!done(processState(pid)) && performance.now() < deadline) await sleep(POLL_MS);
};
