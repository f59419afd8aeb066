import { roleOf } from '@livekit-swarm/testkit/scenario-of';
import type { Group } from '../../src/executors/expansion.ts';
import { randomStream } from '../../src/random.ts';

/** Group with this number of slots per room. */
export const groupFor = (slots = 2, seed = 1, joinSpreadMs = 0): Group => ({
  slots: Array.from({ length: slots }, () => roleOf()),
  joinSpreadMs,
  random: (...name) => randomStream(seed, ...name),
});
