import type { ObjectiveCode } from '../drill/drill.ts';
import type { RepeatResult, RepeatVerdict } from './drill-result.ts';

/** The result of a repeat as metrics (`swarm_chaos_time_to_recover_seconds`, `swarm_chaos_objective_met`, `swarm_chaos_verdict`). */
export interface VerdictMetrics {
  verdict: RepeatVerdict;
  /** Time to recover in seconds, by quantile; null: no recovery was measured. */
  recovery: ReadonlyMap<number, number> | null;
  /** Whether each required objective was met. */
  objectives: ReadonlyMap<ObjectiveCode, boolean>;
}

/** A repeat that neither passed nor failed gives only its verdict. */
export const verdictMetricsOf = ({
  verdict,
  objectives: findings,
  thresholds,
  recovery: { timeToRecover },
}: Pick<RepeatResult, 'verdict' | 'objectives' | 'thresholds'> & {
  recovery: Pick<RepeatResult['recovery'], 'timeToRecover'>;
}): VerdictMetrics => {
  const objectives = new Map<ObjectiveCode, boolean>();
  if (verdict !== 'passed' && verdict !== 'failed') return { verdict, recovery: null, objectives };
  for (const { code, met } of findings) objectives.set(code, met && objectives.get(code) !== false);
  if (thresholds.length > 0)
    objectives.set(
      'thresholds',
      thresholds.every(({ ok }) => ok !== false),
    );
  const recovery =
    timeToRecover === null
      ? null
      : new Map([
          [0.5, timeToRecover.p50 / 1_000],
          [0.95, timeToRecover.p95 / 1_000],
          [1, timeToRecover.max / 1_000],
        ]);
  return { verdict, recovery, objectives };
};
