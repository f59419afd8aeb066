import {
  forAll,
  missingAny,
  terminateComponent,
  terminateTwice,
  waitForExit,
} from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

const LEAVES_WITHIN_MS = 5_000;

/** A service manager or an operator stops a node at once: LiveKit notifies its participants. */
export const forcedStop: DescribedFault<NoParams> = {
  name: 'forced-stop',
  description: 'two SIGTERMs: the process exits immediately; LiveKit notifies its participants',
  rollbackDescription: 'start the process',
  requires: ['signal', 'second_sigterm', 'start'],
  targets: ['node', 'load-balancer', 'turn'],
  params: noParams,
  lasts: false,
  unavailable: (platform, component) =>
    missingAny(platform, component, ['signal', 'second_sigterm', 'start']),
  inject: ({ platform, components }) =>
    forAll(components, async (component) => {
      await terminateTwice(platform, component);
      if (!(await waitForExit(platform, component, LEAVES_WITHIN_MS)))
        await terminateComponent(platform, component, 0);
    }),
  rollback: ({ platform, components }) =>
    forAll(components, (component) => platform.start(component)),
};
