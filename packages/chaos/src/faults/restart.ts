import { setTimeout as sleep } from 'node:timers/promises';
import { duration, strict } from '@livekit-swarm/settings';
import { endMember, forAll, lacksAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';

export interface RestartParams {
  /** Between SIGTERM and SIGKILL, ms; 0: SIGKILL at once. */
  grace: number;
  /** Until it is started again, ms. */
  down: number;
}

export const restartParams = strict({
  grace: duration()
    .prefault('0s')
    .describe(
      'How long it may take to go by itself (SIGTERM) before it is killed. 0s: it is killed at once.',
    ),
  down: duration().prefault('0s').describe('How long it stays away before it is started again.'),
});

export const restart: DescribedFault<RestartParams> = {
  name: 'restart',
  description: 'it is ended and started again',
  healing: 'it is started, if it does not run',
  needs: ['signal', 'start'],
  on: ['node', 'redis', 'turn'],
  params: restartParams,
  lasts: false,
  takes: ({ grace, down }) => grace + down,
  // With a time to stay away, somebody must keep it away.
  available: (target, member, { down }) =>
    lacksAny(target, member, down > 0 ? ['signal', 'hold', 'start'] : ['signal', 'start']),
  inject: ({ target, members, params: { grace, down } }) =>
    forAll(members, async (member) => {
      await endMember(target, member, grace);
      await sleep(down);
      await target.start(member);
    }),
  heal: ({ target, members }) => forAll(members, (member) => target.start(member)),
};
