import { forAll, lacksAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './no-params.ts';

/** The machine goes, or the kernel takes the process: nobody is told anything. */
export const kill: DescribedFault<NoParams> = {
  name: 'kill',
  description: 'SIGKILL: it is gone at once and says nothing to anybody',
  healing: 'it is started again',
  needs: ['signal', 'start'],
  on: ['node', 'redis', 'balancer', 'turn'],
  params: noParams,
  lasts: false,
  available: (target, member) => lacksAny(target, member, ['signal', 'start']),
  inject: ({ target, members }) => forAll(members, (member) => target.signal(member, 'SIGKILL')),
  heal: ({ target, members }) => forAll(members, (member) => target.start(member)),
};
