import type { HealthCode } from '@livekit-swarm/analysis';
import type { DrillVerdict } from '@livekit-swarm/record';
import type { Violation } from '../invariants/invariant.ts';
import type { DrillReason } from '../measure/decide-verdict.ts';
import type { RandomOutcome } from './random-line.ts';

/**
 * Health codes of a host that lacks CPU. It delays what participants do and measure by seconds at
 * most, which may cause violations, but hides none.
 */
const BUSY: ReadonlySet<HealthCode> = new Set<HealthCode>([
  'cpu_starved',
  'event_loop_lag',
  'host_saturated',
  'process_paused',
  'tick_lateness',
]);

const isBusy = (reason: DrillReason): boolean =>
  reason.code === 'generator_impaired' && BUSY.has(reason.finding.code);

/** Outcome of a random drill. @param violations those of its last repeat */
export const outcomeOfDrill = (
  { verdict, reasons }: { verdict: DrillVerdict; reasons: readonly DrillReason[] },
  violations: readonly Violation[],
): { outcome: RandomOutcome; isHostBusy: boolean } => {
  const isHostBusy = verdict === 'inconclusive' && reasons.length > 0 && reasons.every(isBusy);
  if (verdict === 'failed' && violations.length > 0) return { outcome: 'violated', isHostBusy };
  const held = verdict === 'passed' || (isHostBusy && violations.length === 0);
  return { outcome: held ? 'held' : 'undecided', isHostBusy };
};
