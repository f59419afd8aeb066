import { identifyProcess, isSameProcess, type ProcessIdentity } from '@livekit-swarm/host';
import type { Cluster, Service } from '@livekit-swarm/lab';
import { z } from 'zod';
import { processIdentitySchema } from '../../process-identity-schema.ts';
import { invalidReference, type PlatformReference, type RedisLogin } from '../platform.ts';
import { labRollout } from './lab-rollout.ts';
import {
  type AgentWorkerPlace,
  type ComponentSource,
  componentOfSite,
  componentSource,
  type Location,
  labComponents,
  labLabel,
  labRedisLogin,
  sitesLabel,
} from './location.ts';
import { startService } from './start-service.ts';

/** Location of a lab of this process. */
export const clusterLocation = (
  cluster: Cluster,
  agentWorkers: readonly AgentWorkerPlace[] = [],
  stop?: AbortSignal,
): Location => {
  const components = labComponents(cluster, agentWorkers);
  const { programs } = cluster;
  return {
    ...locationOf(components, (name) => cluster.service(name), stop, programs.isChanged),
    label: labLabel(components.filter(({ kind }) => kind === 'node').length),
    redisLogin: () => labRedisLogin(cluster),
    rollout: labRollout({
      look: async (name) => ({ program: programs.of(name), isChanged: programs.isChanged(name) }),
      change: async (name, change) => {
        if (change === 'restore') programs.restore(name);
        else if (change === 'keep') programs.keep(name);
        else programs.use(name, change.use);
      },
    }),
    balancer: {
      whyNotReloadable: async () => null,
      reload: ({ name }) => cluster.service(name).reload(),
      certificates: {
        present: async () => cluster.certificate?.present ?? null,
        use: async (_component, certificate) => cluster.certificate?.use(certificate),
      },
      useNode: async ({ name }, use) => cluster.backends?.use(name, use),
    },
    keys: {
      present: async ({ name }) => cluster.keys.of(name),
      use: async ({ name }, keys) => cluster.keys.use(name, keys),
    },
  };
};

/** Location of labs of this process, each a site: names of components begin with that of the site. */
export const clustersLocation = (
  clusters: readonly { site: string; cluster: Cluster }[],
  stop?: AbortSignal,
): Location => {
  const services = new Map<string, Service>();
  const logins = new Map<string, RedisLogin | null>();
  const components = clusters.flatMap(({ site, cluster }) =>
    labComponents(cluster).map((component): ComponentSource => {
      const named = componentOfSite(component, site);
      services.set(named.name, cluster.service(component.name));
      logins.set(named.name, labRedisLogin(cluster));
      return named;
    }),
  );
  return {
    ...locationOf(
      components,
      (name) => {
        const service = services.get(name);
        if (service === undefined) throw new RangeError(`no component ${name}`);
        return service;
      },
      stop,
    ),
    label: sitesLabel(clusters.length),
    redisLogin: ({ name }) => logins.get(name) ?? null,
  };
};

/**
 * Components that are services of this process.
 * @param stop aborted: a service that ends at once is not started again
 * @param isChanged whether the program of a component is a new one
 */
const locationOf = (
  components: readonly ComponentSource[],
  serviceOf: (name: string) => Pick<Service, 'pid' | 'start'>,
  stop: AbortSignal | undefined,
  isChanged: (name: string) => boolean = () => false,
): Omit<Location, 'label'> => {
  const identity = (name: string): ProcessIdentity | null => {
    const { pid } = serviceOf(name);
    return pid === null ? null : identifyProcess(pid);
  };
  return {
    // Processes that run now, so that a rollback by another process finds those that are stopped.
    reference: () => ({
      kind: 'process',
      place: 'cluster',
      components: components.map(
        (component): PastComponent => ({ component, identity: identity(component.name) }),
      ),
    }),
    components: async () => [...components],
    identity: async (name) => identity(name),
    start: (name) => startService(serviceOf(name), !isChanged(name), stop),
    whyNotStartable: () => null,
  };
};

/** Schema of a component in the journal, with its process at the time of the injection. */
const pastComponent = z.object({
  component: componentSource,
  identity: processIdentitySchema.nullable(),
});

type PastComponent = z.infer<typeof pastComponent>;

/**
 * Location of a lab that ended with its process; effects outside its services can still be rolled
 * back.
 */
export const pastClusterLocation = (reference: PlatformReference): Location => {
  const components = readComponents(reference);
  const identityOf = (name: string): ProcessIdentity | null =>
    components.find(({ component }) => component.name === name)?.identity ?? null;
  return {
    label: 'lab of a drill that has ended',
    reference: () => reference,
    components: async () => components.map(({ component }) => component),
    identity: async (name) => {
      const identity = identityOf(name);
      return identity !== null && isSameProcess(identity) ? identity : null;
    },
    // Nothing exists that could use the component.
    start: async () => {},
    whyNotStartable: () => 'the lab ended with the process that had started it',
  };
};

const readComponents = (reference: PlatformReference): PastComponent[] => {
  const read = z.array(pastComponent).safeParse(reference.components);
  if (read.success) return read.data;
  throw invalidReference('the lab', read.error);
};
