import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillEvent } from '@livekit-swarm/record';
import type { DrillDeployment } from '../execute/deployment.ts';
import { drainNode } from '../faults/effects/drain-node.ts';
import { terminateComponent } from '../faults/effects/process-control.ts';
import type { Component, Platform } from '../targets/platform.ts';

/** Node of the lab. `idle`: it does not run, and costs nothing. */
export interface Machine {
  readonly name: string;
  state: 'idle' | 'booting' | 'serving' | 'leaving';
  /** ID of its present or last process. */
  nodeId: string | null;
  /** Number of its order: the newest has the highest. */
  order: number;
  isRegistered: boolean;
  /** Had a Spot notice since its order. */
  isReclaimed: boolean;
}

export interface MachineOptions {
  deployment: Pick<DrillDeployment, 'platform'>;
  bootMs: number;
  drainMs: number;
  append(event: DrillEvent): void;
  /** Rooms on a machine, as last read. */
  roomsOn(name: string): readonly string[];
  stop: AbortSignal;
  /** Receives the reason for which a node could not be started or stopped. */
  onFailed(error: unknown): void;
}

export interface Machines {
  readonly all: readonly Machine[];
  /** Machines that run or boot, and do not drain. */
  alive(): Machine[];
  serving(): Machine[];
  /** First machine that serves, and whose process has ended on its own; undefined: there is none. */
  crashed(): Promise<Machine | undefined>;
  /** Orders an idle machine. @returns false when there is none */
  order(why: 'scale' | 'spot'): boolean;
  /** Takes a machine from the load balancer and drains it. */
  remove(machine: Machine): void;
  /** Kills a machine after a notice; drains it meanwhile where the scaler reacts. */
  reclaim(machine: Machine, noticeMs: number, drains: boolean): void;
}

/** Machines of a lab: those that run at its start, and its spare nodes. */
export const createMachines = async (options: MachineOptions): Promise<Machines> => {
  const { deployment, append, stop } = options;
  const { platform } = deployment;
  let orders = 0;
  const components = (await platform.components()).filter(({ kind }) => kind === 'node');
  const all = components.map(({ name, nodeId, instance }): Machine => {
    const runs = instance !== null;
    if (runs) orders += 1;
    return {
      ...{ name, nodeId, order: runs ? orders : 0, isRegistered: runs, isReclaimed: false },
      state: runs ? 'serving' : 'idle',
    };
  });

  const changed = (machine: Machine, step: NodeStep, id: string): void => {
    // The end of the lab ends nodes that drain, too.
    if (stop.aborted) return;
    append({
      event: 'node_changed',
      ...{ id, step, component: machine.name, nodeId: machine.nodeId },
      ...{ version: null, detail: null, rooms: [...options.roomsOn(machine.name)] },
    });
  };

  const boot = async (machine: Machine): Promise<void> => {
    await sleep(options.bootMs, undefined, { signal: stop });
    changed(machine, 'starting', 'scale');
    await platform.balancer?.useNode?.(machine, true);
    // The lab may have stopped meanwhile.
    stop.throwIfAborted();
    await platform.start(await componentOf(platform, machine));
    machine.nodeId = (await componentOf(platform, machine)).nodeId;
    machine.state = 'serving';
    changed(machine, 'ready', 'scale');
  };

  const drain = async (machine: Machine, id: string, grace: number): Promise<void> => {
    await platform.balancer?.useNode?.(machine, false);
    const component = await componentOf(platform, machine);
    await drainNode(platform, component, { grace, end: 'sigkill' }, ({ step }) =>
      changed(machine, step, id),
    );
    machine.state = 'idle';
  };

  const kill = async (machine: Machine, afterMs: number): Promise<void> => {
    const { order } = machine;
    await sleep(afterMs, undefined, { signal: stop });
    // The scaler may have removed it meanwhile, or drain it now.
    if (machine.order !== order || machine.state === 'idle') return;
    const isDraining = machine.state === 'leaving';
    machine.state = 'leaving';
    changed(machine, 'cutting', 'spot');
    await terminateComponent(platform, await componentOf(platform, machine), 0);
    if (isDraining) return;
    changed(machine, 'stopped', 'spot');
    machine.state = 'idle';
  };

  const watch = (work: Promise<void>): void =>
    void work.catch((error: unknown) => {
      if (!stop.aborted) options.onFailed(error);
    });

  return {
    all,
    alive: () => all.filter(({ state }) => state === 'serving' || state === 'booting'),
    serving: () => all.filter(isServing),
    crashed: async () => {
      for (const machine of all) {
        const component = components.find(({ name }) => name === machine.name);
        if (component === undefined || !isServing(machine)) continue;
        const isGone = (await platform.instance(component)) === null;
        // It may have been killed in order meanwhile.
        if (isGone && isServing(machine)) return machine;
      }
      return undefined;
    },
    order: (why) => {
      const machine = all.find(({ state }) => state === 'idle');
      if (machine === undefined) return false;
      orders += 1;
      Object.assign(machine, {
        ...{ state: 'booting', order: orders, isRegistered: false, isReclaimed: false },
      });
      append({ event: 'node_ordered', component: machine.name, why });
      watch(boot(machine));
      return true;
    },
    remove: (machine) => {
      machine.state = 'leaving';
      watch(drain(machine, 'scale', options.drainMs));
    },
    reclaim: (machine, noticeMs, drains) => {
      const rooms = [...options.roomsOn(machine.name)];
      append({ event: 'spot_noticed', component: machine.name, noticeMs, rooms });
      machine.isReclaimed = true;
      if (drains) machine.state = 'leaving';
      watch(drains ? drain(machine, 'spot', noticeMs) : kill(machine, noticeMs));
    },
  };
};

const isServing = ({ state }: Machine): boolean => state === 'serving';

type NodeStep = Extract<DrillEvent, { event: 'node_changed' }>['step'];

const componentOf = async (platform: Platform, { name }: Machine): Promise<Component> => {
  const found = (await platform.components()).find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`no component ${name}`);
  return found;
};
