import { setTimeout as sleep } from 'node:timers/promises';
import { duration, strict } from '@livekit-swarm/settings';
import { forAll, missingAny, terminateComponent } from './effects/process-control.ts';
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
    .describe('Time between SIGTERM and SIGKILL. 0s: SIGKILL at once.'),
  down: duration().prefault('0s').describe('Time until it is started again.'),
});

export const restart: DescribedFault<RestartParams> = {
  name: 'restart',
  description: 'stops the process and starts it again',
  rollbackDescription: 'start the process if it does not run',
  requires: ['signal', 'start'],
  targets: ['node', 'redis', 'turn'],
  params: restartParams,
  lasts: false,
  durationOf: ({ grace, down }) => grace + down,
  // With a down time the platform must not start it earlier.
  unavailable: (platform, component, { down }) =>
    missingAny(
      platform,
      component,
      down > 0 ? ['signal', 'stay_down', 'start'] : ['signal', 'start'],
    ),
  inject: ({ platform, components, params: { grace, down } }) =>
    forAll(components, async (component) => {
      await terminateComponent(platform, component, grace);
      await sleep(down);
      await platform.start(component);
    }),
  rollback: ({ platform, components }) =>
    forAll(components, (component) => platform.start(component)),
};
