import { forAll } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** Maintenance of a cluster, node by node. The pod is asked to stop: LiveKit stays until its rooms are empty or the grace period is over. */
export const drain: DescribedFault<NoParams> = {
  name: 'drain',
  description: 'cordons the Kubernetes node and evicts the pod, as kubectl drain does',
  rollbackDescription: 'uncordon the Kubernetes node; pending pods are scheduled again',
  requires: ['start'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: noParams,
  lasts: true,
  unavailable: async (target, member) =>
    target.hosts === undefined
      ? 'needs Kubernetes: no scheduler assigns components to hosts here'
      : target.hosts.missingCapability(member),
  inject: ({ platform, components, id }) =>
    forAll(components, async (member) => platform.hosts?.drain(member, id)),
  // Nobody waits for it to serve again: as long as its rooms are occupied it has not even left.
  rollback: async ({ platform, id }) => platform.hosts?.undrain(id),
};
