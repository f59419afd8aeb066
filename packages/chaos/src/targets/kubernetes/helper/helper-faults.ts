import type { EffectFinding } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';
import type { HelperFault, PodTarget } from '../../../pod-helper/protocol.ts';
import type {
  Component,
  HelperController,
  NetworkFault,
  NetworkFaultController,
  PodFault,
  PodFaultController,
} from '../../platform.ts';
import type { Pod } from '../pods.ts';
import { MAX_DURATION_MS } from '../reservation.ts';
import type { Helpers } from './helpers.ts';

const REDIS_PORT = 6_379;

export interface HelperFaultsOptions {
  helpers: Helpers;
  /** Lists the pods of the deployment. */
  look(): Promise<Pod[]>;
  /** Controllers of faults that helpers do not cause: Chaos Mesh. */
  network: NetworkFaultController;
  pods: PodFaultController;
}

/**
 * Causes faults with helpers: of packets where the pod uses the network of its host, and of its
 * processes in any pod. Everything else is left to the other controllers.
 */
export const helperFaults = (
  options: HelperFaultsOptions,
): { network: NetworkFaultController; pods: PodFaultController; helpers: HelperController } => {
  const { helpers, look } = options;
  const podOf = async ({ name }: Pick<Component, 'name'>): Promise<Pod | null> =>
    (await look()).find((pod) => pod.name === name) ?? null;

  const asNetworkFault = async (
    component: Component,
    fault: NetworkFault,
  ): Promise<HelperFault> => {
    const { onlyRedis = false, ...rest } = fault;
    const peerPorts = onlyRedis ? redisPorts(await look(), component) : null;
    return { type: 'network', ...rest, ...(onlyRedis && { loss: 1 }), peerPorts };
  };

  const missing = async (component: Component, fault: HelperFault): Promise<string | null> => {
    const pod = await podOf(component);
    const target = pod === null ? null : targetOf(pod);
    if (pod === null || target === null) return `${component.name} does not run`;
    const helper = helpers.on(pod.host ?? '');
    // Before the drill, nothing is started.
    if (helper === null) return helpers.missingPermission();
    return (await helper.ask({ op: 'check', target, fault })).why;
  };
  const inject = async (
    component: Component,
    id: string,
    fault: HelperFault,
    expiresAfterMs: number | null,
  ): Promise<void> => {
    const pod = await podOf(component);
    const target = pod === null ? null : targetOf(pod);
    const helper = helpers.on(pod?.host ?? '');
    if (target === null || helper === null)
      throw new SwarmError(
        'fault_unavailable',
        target === null
          ? `${component.name} does not run`
          : `no helper runs on ${pod?.host}, where ${component.name} is`,
        'a pod that was moved to another Kubernetes node during the drill has no helper there',
      );
    const seconds = Math.ceil((expiresAfterMs ?? MAX_DURATION_MS) / 1_000);
    const { why } = await helper.ask({ op: 'inject', id, target, fault, seconds });
    if (why !== null) throw new SwarmError('fault_unavailable', `${component.name}: ${why}`);
  };
  const find = async (component: Component, id: string): Promise<EffectFinding | null> => {
    const helper = helpers.on((await podOf(component))?.host ?? '');
    if (helper === null) return 'helper_missing';
    return (await helper.ask({ op: 'find', id, pod: component.name })).found;
  };

  return {
    network: {
      missingCapability: async (component, fault) =>
        (await podOf(component))?.hostNetwork === true
          ? missing(component, await asNetworkFault(component, fault))
          : options.network.missingCapability(component, fault),
      request: async (component, id, fault, expiresAfterMs) =>
        (await podOf(component))?.hostNetwork === true
          ? inject(component, id, await asNetworkFault(component, fault), expiresAfterMs)
          : options.network.request(component, id, fault, expiresAfterMs),
      missing: async (component, id) =>
        (await podOf(component))?.hostNetwork === true
          ? find(component, id)
          : options.network.missing(component, id),
      withdraw: async (component, id) => {
        const hostNetwork = (await podOf(component))?.hostNetwork;
        // The kind of a pod that no longer exists is not known.
        if (hostNetwork !== false) await helpers.undo(id);
        if (hostNetwork !== true) await options.network.withdraw(component, id);
      },
    },
    pods: {
      missingCapability: (component, fault) =>
        fault.type === 'down'
          ? options.pods.missingCapability(component, fault)
          : missing(component, fault),
      request: (component, id, fault, expiresAfterMs) =>
        fault.type === 'down'
          ? options.pods.request(component, id, fault, expiresAfterMs)
          : inject(component, id, fault, expiresAfterMs),
      missing: (component, id, fault) =>
        fault.type === 'down' ? options.pods.missing(component, id, fault) : find(component, id),
      withdraw: (component, id, fault: PodFault) =>
        fault.type === 'down' ? options.pods.withdraw(component, id, fault) : helpers.undo(id),
    },
    helpers: {
      manifests: async (components, lifetimeMs) =>
        helpers.manifests(hostsOf(await look(), components), lifetimeMs),
      start: async (components, lifetimeMs) =>
        helpers.start(hostsOf(await look(), components), lifetimeMs),
    },
  };
};

const targetOf = ({ name, containerId }: Pod): PodTarget | null =>
  containerId === null ? null : { pod: name, containerId };

const hostsOf = (pods: readonly Pod[], components: readonly Component[]): string[] => {
  const names = new Set(components.map(({ name }) => name));
  const hosts = pods.flatMap(({ name, host }) => (names.has(name) && host !== null ? [host] : []));
  return [...new Set(hosts)].sort();
};

/**
 * TCP ports of Redis as a node's packets have them: a Service is resolved to the ports of pods
 * before packets are selected.
 */
const redisPorts = (pods: readonly Pod[], { name }: Pick<Component, 'name'>): number[] => {
  const given = pods.find((pod) => pod.name === name)?.redisPort ?? null;
  if (given !== null) return [given];
  const found = pods.filter(({ kind }) => kind === 'redis').flatMap(({ ports }) => ports);
  return found.length === 0 ? [REDIS_PORT] : [...new Set(found)];
};
