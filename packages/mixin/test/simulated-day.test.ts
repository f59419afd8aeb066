/** LiveKit's Helm chart under kube-prometheus-stack; the other variants are in simulated-day.long.test.ts. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { checkDay } from './support/day/check-day.ts';

await skipWithout('promtool');

checkDay('helm');
