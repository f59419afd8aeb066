import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess, type ProcessIdentity } from '@livekit-swarm/host';
import type { Cluster } from '@livekit-swarm/lab';
import { type ComponentSource, type Location, labLabel } from './component.ts';
import { labComponents } from './lab-components.ts';
import { writeComponent } from './past-cluster-location.ts';

const POLL_MS = 5;

/** A lab of this process. */
export const clusterLocation = (cluster: Cluster): Location => {
  const components = labComponents(cluster);
  const identity = (name: string): ProcessIdentity | null => {
    const { pid } = cluster.service(name);
    return pid === null ? null : identifyProcess(pid);
  };
  return {
    label: labLabel(components.filter(({ kind }) => kind === 'node').length),
    // Processes that run now: a rollback by another process finds those that are stopped.
    reference: () => ({
      kind: 'process',
      place: 'cluster',
      components: components.map((component: ComponentSource) =>
        writeComponent({ component, identity: identity(component.name) }),
      ),
    }),
    components: async () => components,
    identity: async (name) => identity(name),
    start: async (name) => {
      const service = cluster.service(name);
      // Killed, but not noticed yet: it would count as running.
      while (service.pid !== null && identifyProcess(service.pid) === null) await sleep(POLL_MS);
      await service.start();
    },
    whyNotStartable: () => null,
  };
};
