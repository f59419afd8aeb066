/** Made-up pods of a deployment. */
import type { NodePod } from '../../src/targets/kubernetes/autoscaler.ts';

/** A ready pod with the node `ND_NAME`. */
export const podOf = (name: string, more: Partial<NodePod> = {}): NodePod => ({
  ...{ name, uid: `uid-${name}`, kind: 'node', host: 'host', terminating: false, running: true },
  ...{ ready: true, hostNetwork: false, cpuLimit: null, image: 'x', owner: null, revision: null },
  ...{ graceSeconds: null, restarts: 0, exitCode: null, failure: null, containerId: name },
  ...{ metricsPort: null, ports: [], redisPort: null, problem: null, nodeId: `ND_${name}` },
  ...more,
});
