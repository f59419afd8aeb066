import { forAll, lacksAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './no-params.ts';

/** A machine that stands still: swapping, a stuck disk, a paused virtual machine. The kernel still takes connections and packets for it. */
export const hang: DescribedFault<NoParams> = {
  name: 'hang',
  description: 'SIGSTOP: it does nothing, and yet its connections stay open',
  healing: 'SIGCONT: it goes on where it was',
  needs: ['pause'],
  on: ['node', 'redis', 'balancer', 'turn'],
  params: noParams,
  lasts: true,
  available: (target, member) => lacksAny(target, member, ['pause']),
  inject: ({ target, members }) => forAll(members, (member) => target.signal(member, 'SIGSTOP')),
  heal: ({ target, members }) => forAll(members, (member) => target.signal(member, 'SIGCONT')),
};
