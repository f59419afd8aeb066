import { forAll, missingAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** The machine goes, or the kernel takes the process: nobody is told anything. */
export const kill: DescribedFault<NoParams> = {
  name: 'kill',
  description: 'SIGKILL: it is gone at once and says nothing to anybody',
  rollbackDescription: 'it is started again',
  requires: ['signal', 'start'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: noParams,
  lasts: false,
  unavailable: (target, member) => missingAny(target, member, ['signal', 'start']),
  inject: ({ platform, components }) =>
    forAll(components, (member) => platform.signal(member, 'SIGKILL')),
  rollback: ({ platform, components }) => forAll(components, (member) => platform.start(member)),
};
