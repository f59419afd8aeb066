import { SwarmError, usageError } from '@livekit-swarm/settings';
import type { ContainerInspectInfo, ContainerInfo as EngineContainer } from 'dockerode';
import { type ComponentSettings, portsOf, readComponentSettings } from '../component-settings.ts';
import {
  COMPONENT_KINDS,
  type ComponentKind,
  type ComponentPorts,
  isComponentKind,
} from '../platform.ts';
import { inspectServer } from '../process/server-config.ts';
import { isKept } from './kept-container.ts';
import { processHere } from './process-here.ts';
import type { DockerSpec } from './spec.ts';

/** Used part of the engine's list. */
type ContainerInfo = Pick<EngineContainer, 'Id' | 'Names' | 'Labels' | 'Created'>;

/** Used part of the engine's report on a container. */
interface ContainerNetwork {
  HostConfig: Pick<ContainerInspectInfo['HostConfig'], 'NetworkMode'>;
  Config: Pick<ContainerInspectInfo['Config'], 'ExposedPorts'>;
}

/** Container that is a component of the deployment, running or not. */
export interface ContainerComponent {
  id: string;
  name: string;
  settings: ComponentSettings;
}

const PREFIX = 'swarm.';
const SERVICE = 'com.docker.compose.service';
const NUMBER = 'com.docker.compose.container-number';
const ONE_OFF = 'com.docker.compose.oneoff';

/**
 * Lists containers that are components, by their own labels or by `--docker-components`.
 * @param mislabelled treatment of containers whose labels are wrong, and of those whose name an
 *   older container has; they are never part of the deployment
 * @throws SwarmError `usage` for a container that is refused
 */
export const componentsOf = (
  containers: readonly ContainerInfo[],
  { components }: Pick<DockerSpec, 'components'>,
  mislabelled: 'refuse' | 'leave-out',
): ContainerComponent[] => {
  const named = new Map<string, ContainerComponent>();
  const present = containers.filter((container) => !isKept(container));
  // A fault is on the older of two containers: the other one appeared later.
  for (const container of present.toSorted((a, b) => a.Created - b.Created)) {
    try {
      const component = componentOf(container, present, components);
      if (component === null) continue;
      const other = named.get(component.name);
      if (other !== undefined) throw duplicateName(other, component);
      named.set(component.name, component);
    } catch (error) {
      if (mislabelled === 'refuse' || !isUsage(error)) throw error;
    }
  }
  return [...named.values()].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
};

const isUsage = (error: unknown): boolean => error instanceof SwarmError && error.code === 'usage';

const duplicateName = (older: ContainerComponent, { name, id }: ContainerComponent): SwarmError =>
  usageError(
    `two containers are called "${name}": ${older.id.slice(0, 12)} and ${id.slice(0, 12)}`,
    `give each a name of its own with the label ${PREFIX}name`,
  );

const componentOf = (
  container: ContainerInfo,
  all: readonly ContainerInfo[],
  components: DockerSpec['components'],
): ContainerComponent | null => {
  const { Id: id, Labels: labels } = container;
  // "docker compose run" creates such containers next to the service.
  if (labels[ONE_OFF]?.toLowerCase() === 'true') return null;
  const own = ownName(container);
  const kind = kindOf(own, labels, components);
  if (kind === null) return null;
  const settings = readComponentSettings(
    kind,
    (key) => labels[`${PREFIX}${key}`],
    `container "${own}": label ${PREFIX}`,
  );
  return { id, name: settings.name ?? serviceName(labels, all) ?? own, settings };
};

const ownName = ({ Names: names, Id: id }: ContainerInfo): string =>
  names[0]?.replace(/^\//, '') ?? id.slice(0, 12);

const kindOf = (
  name: string,
  labels: ContainerInfo['Labels'],
  components: DockerSpec['components'],
): ComponentKind | null => {
  const label = labels[`${PREFIX}component`];
  if (label === undefined) return components[name] ?? components[labels[SERVICE] ?? ''] ?? null;
  if (isComponentKind(label)) return label;
  throw usageError(
    `container "${name}": label ${PREFIX}component: unknown kind "${label}"`,
    `available: ${COMPONENT_KINDS.join(', ')}`,
  );
};

/** Name by which load balancers reach a service; replicas also have a number. */
const serviceName = (
  labels: ContainerInfo['Labels'],
  all: readonly ContainerInfo[],
): string | null => {
  const service = labels[SERVICE];
  if (service === undefined) return null;
  const replicas = all.filter(
    (other) => other.Labels[SERVICE] === service && other.Labels[ONE_OFF]?.toLowerCase() !== 'true',
  );
  return replicas.length > 1 ? `${service}-${labels[NUMBER] ?? '?'}` : service;
};

/** Network namespace of a container: that of the host, its own, or that of another container. */
export type Network = 'host' | 'own' | 'shared';

export const networkOf = ({
  HostConfig: { NetworkMode: mode = '' },
}: Pick<ContainerNetwork, 'HostConfig'>): Network => {
  if (mode === 'host') return 'host';
  return mode.startsWith('container:') ? 'shared' : 'own';
};

/** Ports of a component from its labels; in its own network, also from its exposed ports. */
export const portsOfComponent = (
  { settings }: ContainerComponent,
  info: ContainerNetwork,
): ComponentPorts | null => {
  if (networkOf(info) !== 'own') return portsOf(settings);
  const exposed = readExposed(Object.keys(info.Config.ExposedPorts ?? {}));
  const sendsMedia = settings.kind === 'node' || settings.kind === 'turn';
  return portsOf({
    address: settings.address,
    udp: settings.udp ?? exposed.udp ?? (sendsMedia ? EVERY_PORT : null),
    tcp: settings.tcp.length > 0 ? settings.tcp : exposed.tcp,
  });
};

const EVERY_PORT = [1, 65_535] as const;

/** @param exposed ports in the form `7880/tcp`, `50000/udp` */
const readExposed = (
  exposed: readonly string[],
): { udp: readonly [number, number] | null; tcp: number[] } => {
  const of = (protocol: string): number[] =>
    exposed.flatMap((text) => {
      const [port, proto = 'tcp'] = text.split('/');
      return proto === protocol ? Number(port) : [];
    });
  const udp = of('udp');
  return {
    udp: udp.length === 0 ? null : [Math.min(...udp), Math.max(...udp)],
    tcp: of('tcp').sort((a, b) => a - b),
  };
};

/**
 * Adds facts that the labels of a container in the host's network lack: the ports at which its
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
  const { config, metricsUrl, udp, tcp } = await inspectServer(settings.kind, pid, new Set([pid]));
  return {
    ...component,
    settings: {
      ...settings,
      tcp,
      udp,
      metrics: settings.metrics ?? metricsUrl,
      redis: settings.redis ?? config?.redis ?? null,
    },
  };
};
