import { identifyProcess } from '@livekit-swarm/host';
import { SwarmError, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { COMPONENT_KINDS, isComponentKind, waitUntil } from '../platform.ts';
import { processesOf } from './inspect.ts';
import { type Host, localHost } from './local-host.ts';
import type { ComponentSource, Location } from './location.ts';
import { inspectServer } from './server-config.ts';
import { unitRollout } from './unit-rollout.ts';

/** Name of a unit (systemd.unit(5)); other names could be taken for options. */
const NAME = /^[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]*$/;

/** Schema of a unit in the journal. */
export const unit = z.object({
  /** Name of the unit: `livekit-server.service`. */
  name: z.string().regex(NAME),
  kind: z.enum(COMPONENT_KINDS),
});

/** Systemd unit, and the kind of its component. */
export type Unit = z.infer<typeof unit>;

/** Parses a unit: `node=livekit-server`. @throws SwarmError `usage` */
export const parseUnit = (text: string): Unit => {
  const [kind = '', name = '', ...more] = text.split('=');
  if (!isComponentKind(kind) || !NAME.test(name) || more.length > 0) {
    throw usageError(
      `unknown unit "${text}"`,
      `write KIND=UNIT, such as node=livekit-server.service; kinds: ${COMPONENT_KINDS.join(', ')}`,
    );
  }
  return { kind, name: name.includes('.') ? name : `${name}.service` };
};

export const formatUnit = ({ kind, name }: Unit): string => `${kind}=${name}`;

/** Time limit of a start, which may include other units, ms. */
const START_WITHIN_MS = 90_000;
const READY_WITHIN_MS = 30_000;
const POLL_MS = 100;

/** Properties of a unit, from systemd. */
export interface ShownUnit {
  /** Main process; for a unit without one (some that fork), its first process. Null: no process. */
  pid: number | null;
  /** Cgroup of the unit: `/system.slice/redis.service`; empty while it does not run. */
  group: string;
  /** Condition of automatic restarts by systemd: `no`, `always`, `on-failure`, … */
  restart: string;
}

/** Operations on units of systemd on one host. */
export interface Units {
  /** @throws SwarmError `systemd_unavailable`, `component_not_found` */
  check(units: readonly Unit[]): Promise<void>;
  /** @throws SwarmError `component_not_found` */
  show(unit: string): Promise<ShownUnit>;
  /**
   * Process ids of a unit; empty while it does not run.
   * @throws SwarmError `component_not_found`
   */
  processes(unit: string): Promise<number[]>;
  /** @param shown properties of the unit */
  component(unit: Unit, shown: ShownUnit): Promise<ComponentSource>;
  /**
   * Sends a signal to all processes of a unit; no effect without any.
   * @throws SwarmError `fault_unavailable`
   */
  signal(unit: string, signal: NodeJS.Signals): Promise<void>;
  /**
   * Starts a unit; resolves when it listens: a node at the ports of its configuration. A unit that
   * runs is not started again; a node may have been started by systemd, and is waited for.
   * @throws SwarmError `not_started`
   */
  start(unit: Unit): Promise<void>;
  /** Reason for which a unit does not stay down when it was terminated; null: it does. */
  whyNotDown(unit: string): Promise<string | null>;
  /** Reason for which a unit cannot be reloaded; null: it can. */
  whyNotReloadable(unit: string): Promise<string | null>;
  /** Reloads a unit (ExecReload=). @throws SwarmError `reload_failed` */
  reload(unit: string): Promise<void>;
}

/** @param where name of the host, for messages: `this host`, `lk-1` */
export const unitsOf = (host: Host, where: string): Units => {
  const show = async (unit: string): Promise<ShownUnit> => {
    const asked = ['systemctl', 'show', '--property=LoadState,MainPID,ControlGroup,Restart', unit];
    const { stdout, stderr } = await host.run(asked);
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
    const main = Number(values.get('MainPID'));
    const group = values.get('ControlGroup') ?? '';
    const first = main > 0 ? main : Math.min(...(await processesOf(group, host)));
    return {
      pid: Number.isFinite(first) ? first : null,
      group,
      restart: values.get('Restart') ?? 'no',
    };
  };

  const processes = async ({ pid, group }: ShownUnit): Promise<Set<number>> => {
    const all = await processesOf(group, host);
    return pid === null ? all : all.add(pid);
  };

  return {
    check: async (units) => {
      await expectSystemd(host, where);
      for (const { name } of units) await show(name);
    },
    show,
    processes: async (unit) => [...(await processes(await show(unit)))],
    component: async ({ name, kind }, shown) => {
      const { pid, group } = shown;
      if (pid === null) return { name, kind, metricsUrl: null, ports: null };
      const { config, metricsUrl, udp, tcp } = await inspectServer(
        kind,
        pid,
        await processes(shown),
        host,
      );
      const cgroup = group === '' || group === '/' ? null : group;
      const redis = config?.redis ?? null;
      return {
        name,
        kind,
        metricsUrl,
        ports: { address: '0.0.0.0', udp, tcp },
        ...(redis !== null && cgroup !== null && { redis: { ...redis, cgroup } }),
      };
    },
    signal: async (unit, signal) => {
      const { code, stderr } = await host.run(['systemctl', 'kill', `--signal=${signal}`, unit]);
      if (code === 0 || (await show(unit)).pid === null) return;
      throw new SwarmError(
        'fault_unavailable',
        `systemctl cannot send ${signal} to ${unit}: ${stderr.trim()}`,
        'run this as root',
      );
    },
    whyNotDown: async (unit) => {
      const { restart } = await show(unit);
      return restart === 'no'
        ? null
        : `systemd restarts ${unit} automatically (Restart=${restart}): it does not stay down`;
    },
    whyNotReloadable: async (unit) => {
      const { stdout } = await host.run(['systemctl', 'show', '--property=CanReload', unit]);
      return stdout.trim() === 'CanReload=yes'
        ? null
        : `${unit} has no ExecReload= with which systemd could reload it`;
    },
    reload: async (unit) => {
      const { code, stderr } = await host.run(['systemctl', 'reload', unit]);
      if (code === 0) return;
      throw new SwarmError(
        'reload_failed',
        `systemd cannot reload ${unit}: ${stderr.trim()}`,
        `see "journalctl --unit ${unit}"`,
      );
    },
    start: async ({ name, kind }) => {
      const isRunning = (await show(name)).pid !== null;
      if (isRunning && kind !== 'node') return;
      if (!isRunning) {
        // systemd refuses to start a unit that failed too often.
        await host.run(['systemctl', 'reset-failed', name]);
        const { code, stderr } = await host.run(['systemctl', 'start', name], '', START_WITHIN_MS);
        if (code !== 0) {
          throw new SwarmError(
            'not_started',
            `systemd cannot start ${name}: ${stderr.trim()}`,
            `see "journalctl --unit ${name}"`,
          );
        }
      }
      let listens = false;
      const isReady = async (): Promise<boolean> => {
        const shown = await show(name);
        if (shown.pid === null) return false;
        // It takes requests over Redis, and its ports of health and metrics are optional.
        if (kind === 'egress') return true;
        const { config, tcp } = await inspectServer(kind, shown.pid, await processes(shown), host);
        listens = tcp.length > 0;
        // livekit-server opens its port for ICE first, and these ports when it has reached Redis.
        const ports = [config?.http ?? null, config?.metrics ?? null];
        return listens && ports.every((port) => port === null || tcp.includes(port));
      };
      if (await waitUntil(isReady, { withinMs: READY_WITHIN_MS, everyMs: POLL_MS })) return;
      // A flag or a variable may set other ports than the file.
      if (listens) return;
      throw new SwarmError(
        'not_started',
        `${name} listens at no port ${READY_WITHIN_MS / 1_000} s after its start`,
        `see "journalctl --unit ${name}"`,
      );
    },
  };
};

const expectSystemd = async (host: Host, where: string): Promise<void> => {
  const { code, stderr } = await host.run(['systemctl', 'show', '--property=Version']);
  if (code === 0) return;
  throw new SwarmError(
    'systemd_unavailable',
    `systemd does not answer on ${where}: ${stderr.trim().split('\n')[0] || `systemctl exits with ${code}`}`,
    'faults in units need systemd; elsewhere use a lab, containers or Kubernetes',
  );
};

const SIGNAL = 'systemctl kill --signal="$1" "$0" || ! systemctl is-active --quiet "$0"';

/**
 * Location of units of systemd on this host.
 * @throws SwarmError `systemd_unavailable`, `component_not_found`
 */
export const systemdLocation = async (units: readonly Unit[]): Promise<Location> => {
  const systemd = unitsOf(localHost, 'this host');
  await systemd.check(units);
  return {
    label: `units ${units.map(({ name }) => name).join(', ')}`,
    reference: () => ({ kind: 'process', place: 'systemd', units }),
    components: () =>
      Promise.all(
        units.map(async (unit) => systemd.component(unit, await systemd.show(unit.name))),
      ),
    identity: async (name) => {
      const { pid } = await systemd.show(name);
      return pid === null ? null : identifyProcess(pid);
    },
    signal: systemd.signal,
    // As `signal`: no effect without a process.
    signalCommand: (name, signal) => ['sh', '-c', SIGNAL, name, signal],
    start: async (name) => {
      const found = units.find((one) => one.name === name);
      if (found !== undefined) await systemd.start(found);
    },
    rollout: unitRollout(({ name }) => ({ host: localHost, unit: name, where: 'this host' })),
    balancer: {
      whyNotReloadable: ({ name }) => systemd.whyNotReloadable(name),
      reload: ({ name }) => systemd.reload(name),
    },
    whyNotDown: systemd.whyNotDown,
    isShared: true,
    whyNotStartable: () =>
      process.getuid?.() === 0 ? null : 'systemctl start needs root: run this as root',
  };
};
