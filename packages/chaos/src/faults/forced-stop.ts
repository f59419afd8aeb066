import {
  endMember,
  forAll,
  lacksAny,
  terminateTwice,
  untilGone,
} from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './no-params.ts';

const LEAVES_WITHIN_MS = 5_000;

/** What becomes of a node whose service manager, or operator, loses patience: people are told that the server goes. */
export const forcedStop: DescribedFault<NoParams> = {
  name: 'forced-stop',
  description: 'two SIGTERMs: it goes at once, and LiveKit tells its participants so',
  healing: 'it is started again',
  needs: ['signal', 'insist', 'start'],
  on: ['node', 'balancer', 'turn'],
  params: noParams,
  lasts: false,
  available: (target, member) => lacksAny(target, member, ['signal', 'insist', 'start']),
  inject: ({ target, members }) =>
    forAll(members, async (member) => {
      await terminateTwice(target, member);
      if (!(await untilGone(target, member, LEAVES_WITHIN_MS))) await endMember(target, member, 0);
    }),
  heal: ({ target, members }) => forAll(members, (member) => target.start(member)),
};
