import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import { type Units, unitsOf } from './process/units.ts';
import { connectSsh, type SshConnection } from './ssh/connection.ts';
import { remoteNodeId, remoteProcess } from './ssh/remote-node.ts';
import { componentName, readReference, type SshSpec, writeReference } from './ssh/spec.ts';
import type { Capability, Component, Platform, PlatformReference } from './target.ts';

/** How long a process is given to do what a signal makes it do, ms. */
const OBEYS_WITHIN_MS = 5_000;
const POLL_MS = 20;

/**
 * Units of systemd on machines that are reached over ssh.
 * @throws SwarmError `ssh_unavailable`, `unreachable`, `systemd_unavailable`; `component_not_found` when there is no such unit
 */
export const openSshPlatform = async (order: SshSpec): Promise<Platform> => {
  const places = await Promise.all(
    order.hosts.map(async ({ host, units }): Promise<HostConnection[]> => {
      const machine = await connectSsh(host, order.config);
      const systemd = unitsOf(machine, host);
      return units.map((unit) => ({
        host,
        name: componentName(order, host, unit.name),
        unit,
        machine,
        systemd,
      }));
    }),
  );
  const target = sshPlatform(order, places.flat());
  try {
    for (const [first, ...rest] of places) {
      if (first !== undefined) await first.systemd.check([first, ...rest].map(({ unit }) => unit));
    }
  } catch (error) {
    await target[Symbol.asyncDispose]();
    throw error;
  }
  return target;
};

/** The target that a journal speaks of. @throws SwarmError `invalid_reference`, and what opening it throws */
export const reopenSshPlatform = async (reference: PlatformReference): Promise<Platform> =>
  openSshPlatform(readReference(reference));

/** A unit, and how it is reached. */
interface HostConnection {
  host: string;
  /** As member. */
  name: string;
  unit: SshSpec['hosts'][number]['units'][number];
  machine: SshConnection;
  systemd: Units;
}

const sshPlatform = (order: SshSpec, places: readonly HostConnection[]): Platform => {
  /** One that hangs does not tell; it is still the one it was. */
  const nodeIds = new Map<string, string>();
  const packetRules = new Map<SshConnection, Promise<string | null>>();

  const placeOf = ({ name }: Component): HostConnection => {
    const place = places.find((one) => one.name === name);
    if (place !== undefined) return place;
    throw new SwarmError(
      'component_not_found',
      `there is no ${name} among ${places.map((one) => one.name).join(', ')}`,
    );
  };

  const nodeIdOf = async (
    { name, unit, machine }: HostConnection,
    pid: number,
    metricsUrl: string | null,
  ): Promise<string | null> => {
    const process = await remoteProcess(machine, pid);
    if (process === null) return null;
    const key = `${name} ${pid} ${process.startedAt}`;
    const id =
      nodeIds.get(key) ??
      (await remoteNodeId(machine, unit.name, pid, process.state === 'T' ? null : metricsUrl));
    if (id !== null) nodeIds.set(key, id);
    return id;
  };

  const memberOf = async (place: HostConnection): Promise<Component> => {
    const { pid } = await place.systemd.show(place.unit.name);
    const { metricsUrl, ...part } = await place.systemd.part(place.unit);
    const nodeId =
      place.unit.kind === 'node' && pid !== null ? await nodeIdOf(place, pid, metricsUrl) : null;
    return { ...part, name: place.name, nodeId };
  };

  const whyNoRules = ({ machine, host }: HostConnection): Promise<string | null> => {
    const known = packetRules.get(machine) ?? tryRules(machine, host);
    packetRules.set(machine, known);
    known.catch(() => packetRules.delete(machine));
    return known;
  };

  const missingCapability = async (
    ability: Capability,
    member: Component,
  ): Promise<string | null> => {
    const place = placeOf(member);
    const why = await place.machine.lacksRoot();
    if (why !== null) return why;
    if (ability === 'packet_filter') return whyNoRules(place);
    if (ability !== 'stay_down') return null;
    const { restart } = await place.systemd.show(place.unit.name);
    return restart === 'no'
      ? null
      : `systemd restarts ${place.unit.name} automatically (Restart=${restart}): it does not stay down`;
  };

  return {
    kind: 'ssh',
    label: `${places.map(({ unit }) => unit.name).join(', ')} on ${order.hosts.map(({ host }) => host).join(', ')}`,
    get reference() {
      return writeReference(order);
    },
    components: () => Promise.all(places.map(memberOf)),
    missingCapability,
    signal: async (member, signal) => {
      const { machine, systemd, unit } = placeOf(member);
      const { pid } = await systemd.show(unit.name);
      if (pid === null) return;
      const before = await remoteProcess(machine, pid);
      await systemd.signal(unit.name, signal);
      const done = DONE[signal];
      if (done === undefined || before === null) return;
      const deadline = performance.now() + OBEYS_WITHIN_MS;
      for (;;) {
        const now = await remoteProcess(machine, pid);
        // A process of that id may be another one by now.
        if (
          done(now === null || now.startedAt !== before.startedAt ? null : now.state) ||
          performance.now() > deadline
        )
          return;
        await sleep(POLL_MS);
      }
    },
    start: async (member) => {
      const { systemd, unit } = placeOf(member);
      await systemd.start(unit.name);
    },
    run: async (member, argv, input) => placeOf(member).machine.run(argv, input),
    pid: async (member) => {
      const { systemd, unit } = placeOf(member);
      return (await systemd.show(unit.name)).pid;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        [...new Set(places.map(({ machine }) => machine))].map((machine) =>
          machine[Symbol.asyncDispose](),
        ),
      );
    },
  };
};

/** What a process is when it has done what a signal makes it do; null: there is none any more. */
const DONE: Partial<Record<NodeJS.Signals, (state: string | null) => boolean>> = {
  SIGKILL: (state) => state === null,
  SIGSTOP: (state) => state === null || state === 'T',
  SIGCONT: (state) => state !== 'T',
};

/** In a network namespace that is gone when the try is over. */
const TRY = `table inet swarm_try {
  chain arriving {
    type filter hook input priority -10; policy accept;
    ip daddr 127.0.0.1 udp dport 5000-5001 numgen random mod 100 < 50 counter drop
  }
}
`;

const tryRules = async (machine: SshConnection, host: string): Promise<string | null> => {
  const { code, stderr } = await machine.run(['unshare', '--net', 'nft', '--file', '-'], TRY);
  if (code === 0) return null;
  if (code === 127)
    return `there is no nft (or no unshare) on ${host}: install nftables and util-linux there`;
  return `nftables cannot drop packets on ${host}: ${stderr.trim().split('\n')[0] ?? 'nft gave no reason'}`;
};
