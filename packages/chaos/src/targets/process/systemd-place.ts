import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess } from '@livekit-swarm/lab';
import { ChaosError } from '../../chaos-error.ts';
import { listeningPorts, processesOf } from './listening.ts';
import type { Part, Place } from './part.ts';
import { runHere } from './run-here.ts';
import { configOfProcess } from './server-config.ts';
import { formatUnit, type Unit } from './unit.ts';

/** A start may pull other units with it, ms. */
const START_WITHIN_MS = 90_000;
const READY_WITHIN_MS = 30_000;
const POLL_MS = 100;

interface Shown {
  pid: number | null;
  /** `/system.slice/redis.service`; empty while it does not run. */
  group: string;
}

/**
 * Units of systemd on this machine. What they are is asked of systemd, where their packets go is asked of livekit-server's configuration and the kernel.
 * @throws ChaosError `no-systemd`; `no-member` when there is no such unit
 */
export const systemdPlace = async (units: readonly Unit[]): Promise<Place> => {
  await expectSystemd();
  for (const { name } of units) await show(name);
  return {
    label: `units ${units.map(({ name }) => name).join(', ')}`,
    reference: () => ({ kind: 'process', place: 'systemd', units: units.map(formatUnit) }),
    parts: () => Promise.all(units.map(partOf)),
    identity: async (name) => {
      const { pid } = await show(name);
      return pid === null ? null : identifyProcess(pid);
    },
    signal: async (name, signal) => {
      const { code, stderr } = await runHere(['systemctl', 'kill', `--signal=${signal}`, name]);
      if (code === 0 || (await show(name)).pid === null) return;
      throw new ChaosError('not-allowed', `systemctl does not send ${signal} to ${name}: ${stderr.trim()}`, 'run this as root');
    },
    start: (name) => start(name),
    lacksStart: () => (process.getuid?.() === 0 ? null : 'systemctl start needs root: run this as root'),
  };
};

const expectSystemd = async (): Promise<void> => {
  const { code, stderr } = await runHere(['systemctl', 'show', '--property=Version']);
  if (code === 0) return;
  throw new ChaosError(
    'no-systemd',
    `systemd does not answer on this machine: ${stderr.trim().split('\n')[0] || `systemctl ends with ${code}`}`,
    'units can be hit where systemd runs; elsewhere use a lab, containers or Kubernetes',
  );
};

const show = async (unit: string): Promise<Shown> => {
  const { stdout, stderr } = await runHere(['systemctl', 'show', '--property=LoadState,MainPID,ControlGroup', unit]);
  const values = new Map(
    stdout.split('\n').map((line): [string, string] => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );
  if (values.get('LoadState') !== 'loaded') {
    throw new ChaosError(
      'no-member',
      `systemd has no unit ${unit}: ${values.get('LoadState') ?? stderr.trim()}`,
      'see "systemctl list-units --type=service"',
    );
  }
  const pid = Number(values.get('MainPID'));
  return { pid: pid > 0 ? pid : null, group: values.get('ControlGroup') ?? '' };
};

const partOf = async ({ name, kind }: Unit): Promise<Part> => {
  const { pid, group } = await show(name);
  if (pid === null) return { name, kind, metricsUrl: null, ports: null };
  const pids = (await processesOf(group)).add(pid);
  const [config, tcp, udp] = await Promise.all([
    kind === 'node' ? configOfProcess(pid) : null,
    listeningPorts('tcp', pids),
    listeningPorts('udp', pids),
  ]);
  const [first, last] = [udp.at(0), udp.at(-1)];
  const bound: [number, number] | null = first === undefined || last === undefined ? null : [first, last];
  const cgroup = group === '' || group === '/' ? null : group;
  return {
    name,
    kind,
    metricsUrl: typeof config?.metrics === 'number' ? `http://127.0.0.1:${config.metrics}/metrics` : null,
    // A range of ports is bound one by one, as people come.
    ports: { address: '0.0.0.0', udp: config?.udp ?? bound, tcp },
    ...(config?.redis == null || cgroup === null ? {} : { redis: { ...config.redis, cgroup } }),
  };
};

const start = async (unit: string): Promise<void> => {
  if ((await show(unit)).pid !== null) return;
  // One that was killed often may be refused to start.
  await runHere(['systemctl', 'reset-failed', unit]);
  const { code, stderr } = await runHere(['systemctl', 'start', unit], '', START_WITHIN_MS);
  if (code !== 0)
    throw new ChaosError('not-started', `systemd does not start ${unit}: ${stderr.trim()}`, `see "journalctl --unit ${unit}"`);
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const { pid, group } = await show(unit);
    if (pid !== null && (await listeningPorts('tcp', (await processesOf(group)).add(pid))).length > 0) return;
    await sleep(POLL_MS);
  }
  throw new ChaosError(
    'not-started',
    `${unit} listens nowhere ${READY_WITHIN_MS / 1_000} s after its start`,
    `see "journalctl --unit ${unit}"`,
  );
};
