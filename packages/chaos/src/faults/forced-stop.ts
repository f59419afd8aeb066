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
  unavailable: (target, member) =>
    missingAny(target, member, ['signal', 'second_sigterm', 'start']),
  inject: ({ platform, components }) =>
    forAll(components, async (member) => {
      await terminateTwice(platform, member);
      if (!(await waitForExit(platform, member, LEAVES_WITHIN_MS)))
        await terminateComponent(platform, member, 0);
    }),
  rollback: ({ platform, components }) => forAll(components, (member) => platform.start(member)),
};
