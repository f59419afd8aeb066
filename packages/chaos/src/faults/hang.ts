import { forAll, missingAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** A machine that stands still: swapping, a stuck disk, a paused virtual machine. The kernel still takes connections and packets for it. */
export const hang: DescribedFault<NoParams> = {
  name: 'hang',
  description: 'SIGSTOP: it does nothing, and yet its connections stay open',
  rollbackDescription: 'SIGCONT: it goes on where it was',
  requires: ['pause'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: noParams,
  lasts: true,
  unavailable: (target, member) => missingAny(target, member, ['pause']),
  inject: ({ platform, components }) =>
    forAll(components, (member) => platform.signal(member, 'SIGSTOP')),
  rollback: ({ platform, components }) =>
    forAll(components, (member) => platform.signal(member, 'SIGCONT')),
};
