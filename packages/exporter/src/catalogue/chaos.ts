import { DRILL_FAILINGS } from '@livekit-swarm/analysis';
import { gauge, type MetricFamily, summary } from './entry.ts';

/** Of people of a drill; one each. Signalling comes first: media may go on while a connection is on its way back. */
export const DRILL_PEOPLE = ['hearing', 'partly', 'deaf', 'reconnecting', 'out'] as const;
export type DrillPeople = (typeof DRILL_PEOPLE)[number];

export const DRILL_VERDICTS = ['passed', 'failed', 'inconclusive', 'void', 'interrupted'] as const;
export type DrillVerdict = (typeof DRILL_VERDICTS)[number];

const DRILL = ['drill'] as const;
const GOING_ON = 'a drill must have begun';
const JUDGED = 'a repeat of the drill must be over';

/** A drill while it goes on (`swarm chaos run --metrics`), and what its last repeat came to. */
export const CHAOS_METRICS = {
  swarm_chaos_fault: gauge('1 while a fault is injected', {
    labels: [...DRILL, 'fault', 'target'],
    why: 'a drill must inject it',
  }),
  swarm_chaos_participants: gauge(
    'People of the drill by what they hear of those in their room: hearing is everybody, partly is some, deaf is nobody; reconnecting have lost their signal connection, out are told that they are',
    { labels: [...DRILL, 'state'], values: { state: DRILL_PEOPLE }, why: GOING_ON },
  ),
  swarm_chaos_pairs: gauge(
    "Ordered pairs of people in one room, for each kind of media: whether the one gets the other's; told two seconds after it stopped",
    { labels: [...DRILL, 'state'], values: { state: ['heard', 'silent'] }, why: GOING_ON },
  ),
  swarm_chaos_recovery_seconds: summary(
    'From the fault until media was back, of the pairs that fell silent and came back in the last repeat',
    [0.5, 0.95, 1],
    { labels: DRILL, why: 'media must have stopped and come back, and the repeat be over' },
  ),
  swarm_chaos_objective_ok: gauge(
    '1 where the last repeat met what was asked, 0 where it did not',
    {
      labels: [...DRILL, 'objective'],
      values: { objective: DRILL_FAILINGS },
      why: JUDGED,
    },
  ),
  swarm_chaos_verdict: gauge('1 for the verdict on the last repeat, 0 for the others', {
    labels: [...DRILL, 'verdict'],
    values: { verdict: DRILL_VERDICTS },
    why: JUDGED,
  }),
} as const satisfies MetricFamily;
