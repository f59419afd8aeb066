import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { checkDay } from './support/day/check-day.ts';

await skipWithout('promtool');

for (const variant of ['default', 'compose', 'lab'] as const) checkDay(variant);
