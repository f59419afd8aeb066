import type { EndLine } from '@livekit-swarm/record';
import type { Comparison } from '../compare/comparison.ts';
import type { AbortingThreshold, FailureReason } from '../summary/summary.ts';
import type { HealthFinding } from './generator-health.ts';
import type { ThresholdResult } from './threshold-result.ts';

/** Why a verdict is what it is. Times are milliseconds after the start of the run. */
export type Reason =
  /** All joins were rejected, or did not reach a LiveKit. `failure`: the most frequent one. */
  | { code: 'deployment_unreachable'; failed: number; failure: FailureReason | null }
  /** All joins failed for another reason, as when a firewall blocks media. */
  | { code: 'no_participant_joined'; failed: number; failure: FailureReason | null }
  | { code: 'server_died'; at: number }
  | {
      code: 'joins_rejected';
      rejected: number;
      attempted: number;
      byReason: Pick<FailureReason, 'reason' | 'count'>[];
    }
  /** A threshold with `abortOnFail` ended the run. */
  | { code: 'run_aborted'; threshold: AbortingThreshold }
  | { code: 'threshold_crossed'; result: ThresholdResult; mayBeCausedByGenerator: boolean }
  | { code: 'threshold_not_measured'; result: ThresholdResult; cause: NotMeasured }
  | { code: 'generator_impaired'; finding: HealthFinding }
  | { code: 'no_thresholds' }
  | { code: 'participants_unaccounted'; unaccounted: number; planned: number }
  | { code: 'record_truncated' }
  | { code: 'run_cut_short'; cause: EndLine['reason']; at: number; plannedMs: number }
  | { code: 'baseline_regression'; comparison: Comparison }
  | { code: 'baseline_inconclusive'; comparison: Comparison };

/** Why a threshold has no value: nothing was measured, no stage has anything to evaluate (`@*`), or the run has no such window. */
export type NotMeasured = 'nothing_measured' | 'no_stage' | 'no_window';
