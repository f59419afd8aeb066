import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess, type ProcessIdentity } from '@livekit-swarm/host';
import type { Cluster } from '@livekit-swarm/lab';
import { type ComponentSource, type Location, labLabel } from './component.ts';
import { labComponents } from './lab-components.ts';
import { writeComponent } from './past-cluster-location.ts';

const POLL_MS = 5;

/** A lab that lives in this process. */
export const clusterLocation = (cluster: Cluster): Location => {
  const parts = labComponents(cluster);
  const identity = (name: string): ProcessIdentity | null => {
    const { pid } = cluster.service(name);
    return pid === null ? null : identifyProcess(pid);
  };
  return {
    label: labLabel(parts.filter(({ kind }) => kind === 'node').length),
    // Of the processes that run now: whoever heals after this process was killed finds those that are stopped.
    reference: () => ({
      kind: 'process',
      place: 'cluster',
      parts: parts.map((part: ComponentSource) =>
        writeComponent({ part, identity: identity(part.name) }),
      ),
    }),
    components: async () => parts,
    identity: async (name) => identity(name),
    start: async (name) => {
      const service = cluster.service(name);
      // Killed, and nobody has noticed yet: it would count as running.
      while (service.pid !== null && identifyProcess(service.pid) === null) await sleep(POLL_MS);
      await service.start();
    },
    whyNotStartable: () => null,
  };
};
