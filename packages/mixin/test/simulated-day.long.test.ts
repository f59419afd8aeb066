import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { VARIANTS } from '../src/config/schema.ts';
import { checkDay } from './support/day/check-day.ts';

await skipWithout('promtool');

for (const variant of VARIANTS) checkDay(variant);
