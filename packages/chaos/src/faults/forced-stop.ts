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

/** What becomes of a node whose service manager, or operator, loses patience: people are told that the server goes. */
export const forcedStop: DescribedFault<NoParams> = {
  name: 'forced-stop',
  description: 'two SIGTERMs: it goes at once, and LiveKit tells its participants so',
  rollbackDescription: 'it is started again',
  requires: ['signal', 'insist', 'start'],
  targets: ['node', 'load-balancer', 'turn'],
  params: noParams,
  lasts: false,
  unavailable: (target, member) => missingAny(target, member, ['signal', 'insist', 'start']),
  inject: ({ platform, components }) =>
    forAll(components, async (member) => {
      await terminateTwice(platform, member);
      if (!(await waitForExit(platform, member, LEAVES_WITHIN_MS)))
        await terminateComponent(platform, member, 0);
    }),
  rollback: ({ platform, components }) => forAll(components, (member) => platform.start(member)),
};
