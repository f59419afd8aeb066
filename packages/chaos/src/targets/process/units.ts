import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import type { ComponentSource } from './component.ts';
import { listeningPorts, processesOf } from './listening.ts';
import type { Host } from './local-host.ts';
import { configOfProcess } from './server-config.ts';
import type { Unit } from './unit.ts';

/** A start may pull other units with it, ms. */
const START_WITHIN_MS = 90_000;
const READY_WITHIN_MS = 30_000;
const POLL_MS = 100;

/** What systemd says of a unit. */
export interface ShownUnit {
  /** Of its main process; null while it does not run. */
  pid: number | null;
  /** `/system.slice/redis.service`; empty while it does not run. */
  group: string;
  /** When systemd starts it again by itself: `no`, `always`, `on-failure`, … */
  restart: string;
}

/** Units of systemd on one machine. What they are is asked of systemd, where their packets go is asked of livekit-server's configuration and the kernel. */
export interface Units {
  /** @throws SwarmError `systemd_unavailable`; `component_not_found` when there is no such unit */
  check(units: readonly Unit[]): Promise<void>;
  /** @throws SwarmError `component_not_found` */
  show(unit: string): Promise<ShownUnit>;
  part(unit: Unit): Promise<ComponentSource>;
  /** To all its processes; nothing happens where there are none. @throws SwarmError `target_not_confirmed` */
  signal(unit: string, signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it listens; does nothing when it runs. @throws SwarmError `not_started` */
  start(unit: string): Promise<void>;
}

/** @param where for messages: `this machine`, `lk-1` */
export const unitsOf = (machine: Host, where: string): Units => {
  const show = async (unit: string): Promise<ShownUnit> => {
    const asked = ['systemctl', 'show', '--property=LoadState,MainPID,ControlGroup,Restart', unit];
    const { stdout, stderr } = await machine.run(asked);
    const values = new Map(
      stdout
        .split('\n')
        .map((line): [string, string] => [
          line.split('=', 1)[0] ?? '',
          line.slice(line.indexOf('=') + 1),
        ]),
    );
    if (values.get('LoadState') !== 'loaded') {
      throw new SwarmError(
        'component_not_found',
        `systemd has no unit ${unit} on ${where}: ${values.get('LoadState') ?? stderr.trim()}`,
        'see "systemctl list-units --type=service"',
      );
    }
    const pid = Number(values.get('MainPID'));
    return {
      pid: pid > 0 ? pid : null,
      group: values.get('ControlGroup') ?? '',
      restart: values.get('Restart') ?? 'no',
    };
  };

  const processes = async ({ pid, group }: ShownUnit): Promise<Set<number>> => {
    const all = await processesOf(group, machine);
    return pid === null ? all : all.add(pid);
  };

  return {
    check: async (units) => {
      await expectSystemd(machine, where);
      for (const { name } of units) await show(name);
    },
    show,
    part: async ({ name, kind }) => {
      const shown = await show(name);
      const { pid, group } = shown;
      if (pid === null) return { name, kind, metricsUrl: null, ports: null };
      const pids = await processes(shown);
      const [config, tcp, udp] = await Promise.all([
        kind === 'node' ? configOfProcess(pid, machine) : null,
        listeningPorts('tcp', pids, machine),
        listeningPorts('udp', pids, machine),
      ]);
      const [first, last] = [udp.at(0), udp.at(-1)];
      const bound: [number, number] | null =
        first === undefined || last === undefined ? null : [first, last];
      const cgroup = group === '' || group === '/' ? null : group;
      return {
        name,
        kind,
        metricsUrl:
          typeof config?.metrics === 'number' ? `http://127.0.0.1:${config.metrics}/metrics` : null,
        // A range of ports is bound one by one, as people come.
        ports: { address: '0.0.0.0', udp: config?.udp ?? bound, tcp },
        ...(config?.redis == null || cgroup === null ? {} : { redis: { ...config.redis, cgroup } }),
      };
    },
    signal: async (unit, signal) => {
      const { code, stderr } = await machine.run(['systemctl', 'kill', `--signal=${signal}`, unit]);
      if (code === 0 || (await show(unit)).pid === null) return;
      throw new SwarmError(
        'target_not_confirmed',
        `systemctl does not send ${signal} to ${unit}: ${stderr.trim()}`,
        'run this as root',
      );
    },
    start: async (unit) => {
      if ((await show(unit)).pid !== null) return;
      // One that was killed often may be refused to start.
      await machine.run(['systemctl', 'reset-failed', unit]);
      const { code, stderr } = await machine.run(['systemctl', 'start', unit], '', START_WITHIN_MS);
      if (code !== 0) {
        const hint = `see "journalctl --unit ${unit}"`;
        throw new SwarmError(
          'not_started',
          `systemd does not start ${unit}: ${stderr.trim()}`,
          hint,
        );
      }
      const deadline = performance.now() + READY_WITHIN_MS;
      while (performance.now() < deadline) {
        const shown = await show(unit);
        if (
          shown.pid !== null &&
          (await listeningPorts('tcp', await processes(shown), machine)).length > 0
        )
          return;
        await sleep(POLL_MS);
      }
      throw new SwarmError(
        'not_started',
        `${unit} listens nowhere ${READY_WITHIN_MS / 1_000} s after its start`,
        `see "journalctl --unit ${unit}"`,
      );
    },
  };
};

const expectSystemd = async (machine: Host, where: string): Promise<void> => {
  const { code, stderr } = await machine.run(['systemctl', 'show', '--property=Version']);
  if (code === 0) return;
  throw new SwarmError(
    'systemd_unavailable',
    `systemd does not answer on ${where}: ${stderr.trim().split('\n')[0] || `systemctl ends with ${code}`}`,
    'units can be hit where systemd runs; elsewhere use a lab, containers or Kubernetes',
  );
};
