import { forAll, missingAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** A host fails, or the kernel kills the process: no client is notified. */
export const kill: DescribedFault<NoParams> = {
  name: 'kill',
  description: 'SIGKILL: terminates the process immediately, without notifying clients',
  rollbackDescription: 'start the process',
  requires: ['signal', 'start'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: noParams,
  lasts: false,
  unavailable: (platform, component) => missingAny(platform, component, ['signal', 'start']),
  inject: ({ platform, components }) =>
    forAll(components, (component) => platform.signal(component, 'SIGKILL')),
  rollback: ({ platform, components }) =>
    forAll(components, (component) => platform.start(component)),
};
