import { assessStrictly, type HealthFinding, type VerdictDecision } from '@livekit-swarm/analysis';
import type { Drill } from '../drill/drill.ts';
import type { Waits } from './waits.ts';

/**
 * Health findings of a drill. A busy host is one where the load generator or a component of the lab
 * waited for cores, also if only a component did. Where neither did, it is none, unless thresholds
 * judge milliseconds. Where that is not known, the findings of the run remain.
 */
export const drillHealth = (
  { thresholds }: Pick<Drill, 'thresholds'>,
  summary: Parameters<typeof assessStrictly>[0],
  { health }: Pick<VerdictDecision, 'health'>,
  waits: Waits,
): HealthFinding[] => {
  if (!waits.known) return health;
  const others = health.filter(({ code }) => code !== 'host_saturated');
  if (waits.waited)
    return [...others, ...assessStrictly(summary).filter(({ code }) => code === 'host_saturated')];
  return thresholds.length > 0 ? health : others;
};
