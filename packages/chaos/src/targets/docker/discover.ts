import type { ContainerInspectInfo } from 'dockerode';
import { listeningPorts } from '../process/listening.ts';
import { configOfProcess } from '../process/server-config.ts';
import { type ContainerComponent, networkOf, portsOfComponent } from './container.ts';
import { processHere } from './process-here.ts';

/**
 * A part with what is found out about it where its labels say nothing: in the machine's network, the ports that its process listens at, and what
 * livekit-server's configuration file says.
 */
export const discover = async (
  part: ContainerComponent,
  info: ContainerInspectInfo,
): Promise<ContainerComponent> => {
  const { settings } = part;
  const { Running: running, Pid: said } = info.State;
  if (!running || networkOf(info) !== 'host' || portsOfComponent(part, info) !== null) return part;
  const pid = processHere(part.id, said);
  if (pid === null) return part;
  const pids = new Set([pid]);
  const [config, tcp, udp] = await Promise.all([
    settings.kind === 'node' ? configOfProcess(pid) : null,
    listeningPorts('tcp', pids),
    listeningPorts('udp', pids),
  ]);
  const [first, last] = [udp.at(0), udp.at(-1)];
  const bound = first === undefined || last === undefined ? null : ([first, last] as const);
  const metrics =
    typeof config?.metrics === 'number' ? `http://127.0.0.1:${config.metrics}/metrics` : null;
  return {
    ...part,
    settings: {
      ...settings,
      tcp,
      // A range of ports is bound one by one, as people come.
      udp: config?.udp ?? bound,
      metrics: settings.metrics ?? metrics,
      redis: settings.redis ?? config?.redis ?? null,
    },
  };
};
