import { forAll } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** What maintenance of a cluster does to everybody in turn. It is asked, not killed: LiveKit stays until its rooms are empty, or its grace is over. */
export const drain: DescribedFault<NoParams> = {
  name: 'drain',
  description:
    'its machine takes nobody new, and it is evicted, as kubectl drain does it (Kubernetes)',
  rollbackDescription:
    'the machine is used again, and the cluster puts there what waits for a place',
  requires: ['start'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: noParams,
  lasts: true,
  unavailable: async (target, member) =>
    target.hosts === undefined
      ? 'nobody puts parts onto machines here: that is done by Kubernetes'
      : target.hosts.missingCapability(member),
  inject: ({ platform, components, id }) =>
    forAll(components, async (member) => platform.hosts?.drain(member, id)),
  // Nobody waits for it to serve again: as long as its rooms are occupied it has not even left.
  rollback: async ({ platform, id }) => platform.hosts?.undrain(id),
};
