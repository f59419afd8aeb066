import { DRILL_OBJECTIVES, DRILL_VERDICTS, MEDIA_RECEPTIONS } from '@livekit-swarm/record';
import { gauge, type MetricFamily, summary } from './entry.ts';

const DRILL = ['drill'] as const;
const RUNNING = 'while a drill runs';
const JUDGED = 'after the first repeat of a drill';

/**
 * Metrics of a running drill (`swarm chaos run --metrics`), and of the result of its last repeat.
 */
export const CHAOS_METRICS = {
  livekit_swarm_chaos_fault_active: gauge('1 while a fault is injected', {
    labels: [...DRILL, 'fault', 'target'],
    why: 'while a drill injects it',
  }),
  livekit_swarm_chaos_participants: gauge(
    'Participants of the drill by media reception; reconnecting have lost their signal connection',
    { labels: [...DRILL, 'state'], values: { state: MEDIA_RECEPTIONS }, why: RUNNING },
  ),
  livekit_swarm_chaos_subscriptions: gauge(
    'Subscriptions by media reception; interrupted is reported after two seconds without media',
    { labels: [...DRILL, 'state'], values: { state: ['receiving', 'interrupted'] }, why: RUNNING },
  ),
  livekit_swarm_chaos_time_to_recover_seconds: summary(
    'Time from the fault until media resumed, for the interrupted subscriptions of the last repeat; no value for a quantile among those that did not recover',
    [0.5, 0.95, 1],
    { labels: DRILL, why: 'after a repeat in which interrupted media recovered' },
  ),
  livekit_swarm_chaos_objective_met: gauge(
    '1 when the last repeat met the objective, 0 when it did not',
    {
      labels: [...DRILL, 'objective'],
      values: { objective: DRILL_OBJECTIVES },
      why: JUDGED,
    },
  ),
  livekit_swarm_chaos_verdict: gauge('1 for the verdict on the last repeat, 0 for the others', {
    labels: [...DRILL, 'verdict'],
    values: { verdict: DRILL_VERDICTS },
    why: JUDGED,
  }),
} as const satisfies MetricFamily;
