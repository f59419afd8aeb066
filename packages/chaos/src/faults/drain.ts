import { forAll } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './no-params.ts';

/** What maintenance of a cluster does to everybody in turn. It is asked, not killed: LiveKit stays until its rooms are empty, or its grace is over. */
export const drain: DescribedFault<NoParams> = {
  name: 'drain',
  description:
    'its machine takes nobody new, and it is evicted, as kubectl drain does it (Kubernetes)',
  healing: 'the machine is used again, and the cluster puts there what waits for a place',
  needs: ['start'],
  on: ['node', 'redis', 'balancer', 'turn'],
  params: noParams,
  lasts: true,
  available: async (target, member) =>
    target.machines === undefined
      ? 'nobody puts parts onto machines here: that is done by Kubernetes'
      : target.machines.lacks(member),
  inject: ({ target, members, id }) =>
    forAll(members, async (member) => target.machines?.drain(member, id)),
  // Nobody waits for it to serve again: as long as its rooms are occupied it has not even left.
  heal: async ({ target, id }) => target.machines?.undrain(id),
};
