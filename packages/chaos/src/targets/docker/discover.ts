import type { ContainerInspectInfo } from 'dockerode';
import { listeningPorts } from '../process/listening.ts';
import { configOfProcess } from '../process/server-config.ts';
import { type ContainerComponent, networkOf, portsOfComponent } from './container.ts';
import { processHere } from './process-here.ts';

/**
 * Adds what the labels of a container in the host's network leave out: the ports at which its
 * process listens, and the configuration of livekit-server.
 */
export const discover = async (
  component: ContainerComponent,
  info: ContainerInspectInfo,
): Promise<ContainerComponent> => {
  const { settings } = component;
  const { Running: running, Pid: said } = info.State;
  if (!running || networkOf(info) !== 'host' || portsOfComponent(component, info) !== null)
    return component;
  const pid = processHere(component.id, said);
  if (pid === null) return component;
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
    ...component,
    settings: {
      ...settings,
      tcp,
      // A range is bound port by port, as participants join.
      udp: config?.udp ?? bound,
      metrics: settings.metrics ?? metrics,
      redis: settings.redis ?? config?.redis ?? null,
    },
  };
};
