import type { DrillJudgement } from '@livekit-swarm/exporter/runs';
import type { FailedProbe } from '../drill/drill.ts';
import type { RepeatResult } from './drill-result.ts';

/** What a repeat came to, as its metrics say it: recovery times in seconds, and each way to fail that was asked about. Only of one that tells anything. */
export const judgementOf = ({
  verdict,
  findings,
  thresholds,
  recovery: { rto },
}: Pick<RepeatResult, 'verdict' | 'findings' | 'thresholds' | 'recovery'>): DrillJudgement => {
  const objectives = new Map<FailedProbe, boolean>();
  if (verdict !== 'passed' && verdict !== 'failed') return { verdict, recovery: null, objectives };
  for (const { failing, ok } of findings)
    objectives.set(failing, ok && objectives.get(failing) !== false);
  if (thresholds.length > 0)
    objectives.set(
      'thresholds',
      thresholds.every(({ ok }) => ok !== false),
    );
  const recovery =
    rto === null
      ? null
      : new Map([
          [0.5, rto.p50 / 1_000],
          [0.95, rto.p95 / 1_000],
          [1, rto.max / 1_000],
        ]);
  return { verdict, recovery, objectives };
};
