import { roleOf } from '@livekit-swarm/testkit/scenario-of';
import type { Group } from '../../src/executors/executor.ts';
import { randomStream } from '../../src/random.ts';

/** What an executor is told of a group with so many places a room. */
export const groupFor = (places = 2, seed = 1, gatherMs = 0): Group => ({
  places: Array.from({ length: places }, () => roleOf()),
  gatherMs,
  random: (...name) => randomStream(seed, ...name),
});
