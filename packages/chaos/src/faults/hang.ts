import { forAll, missingAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** A process that makes no progress: swapping, a stuck disk, a paused virtual machine. The kernel still accepts connections and packets for it. */
export const hang: DescribedFault<NoParams> = {
  name: 'hang',
  description: 'SIGSTOP: the process makes no progress; its connections stay open',
  rollbackDescription: 'send SIGCONT',
  requires: ['pause'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: noParams,
  lasts: true,
  unavailable: (platform, component) => missingAny(platform, component, ['pause']),
  inject: ({ platform, components }) =>
    forAll(components, (component) => platform.signal(component, 'SIGSTOP')),
  rollback: ({ platform, components }) =>
    forAll(components, (component) => platform.signal(component, 'SIGCONT')),
};
