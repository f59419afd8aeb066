import { forAll } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** Maintenance of a cluster, node by node. LiveKit stays until its rooms are empty or the grace period ends. */
export const drain: DescribedFault<NoParams> = {
  name: 'drain',
  description: 'cordons the Kubernetes node and evicts the pod, as kubectl drain does',
  rollbackDescription: 'uncordon the Kubernetes node; pending pods are scheduled again',
  requires: ['start'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: noParams,
  lasts: true,
  unavailable: async (platform, component) =>
    platform.hosts === undefined
      ? 'needs Kubernetes: no scheduler assigns components to hosts here'
      : platform.hosts.missingCapability(component),
  inject: ({ platform, components, id }) =>
    forAll(components, async (component) => platform.hosts?.drain(component, id)),
  // Does not wait until it is ready: while its rooms are occupied it has not even exited.
  rollback: async ({ platform, id }) => platform.hosts?.undrain(id),
};
