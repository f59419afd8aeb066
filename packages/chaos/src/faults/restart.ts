import { setTimeout as sleep } from 'node:timers/promises';
import { duration, strict } from '@livekit-swarm/core/settings';
import { endMember, forAll, lacksAny } from './effects/put-right.ts';
import type { DescribedFault } from './fault.ts';

export interface RestartParams {
  /** Between SIGTERM and SIGKILL, ms; 0: SIGKILL at once. */
  grace: number;
  /** Until it is started again, ms. */
  down: number;
}

export const restartParams = strict({
  grace: duration()
    .default(0)
    .describe('How long it may take to go by itself (SIGTERM) before it is killed. 0s: it is killed at once.'),
  down: duration().default(0).describe('How long it stays away before it is started again.'),
});

export const restart: DescribedFault<RestartParams> = {
  name: 'restart',
  description: 'it is ended and started again',
  healing: 'it is started, if it does not run',
  needs: ['signal', 'start'],
  on: ['node', 'redis', 'turn'],
  params: restartParams,
  lasts: false,
  available: (target, member) => lacksAny(target, member, ['signal', 'start']),
  inject: ({ target, members, params: { grace, down } }) =>
    forAll(members, async (member) => {
      await endMember(target, member, grace);
      await sleep(down);
      await target.start(member);
    }),
  heal: ({ target, members }) => forAll(members, (member) => target.start(member)),
};
