import type { ThresholdResult } from '@livekit-swarm/analysis';
import type { ReportInput } from '../report-input.ts';
import { paintOf, type Style } from '../style.ts';
import { renderTable } from '../table.ts';
import { thresholdTable } from '../tables/thresholds.ts';

/** Every threshold with its mark and what was measured. */
export const thresholdSection = (
  { judgement: { thresholds } }: ReportInput,
  style: Style,
): string[] => {
  if (thresholds.length === 0) return [];
  const { rows, left } = thresholdTable(thresholds);
  const painted = rows.map(
    ([mark = '', metric = '', expression = '', measured = '', source = ''], index) => [
      paintOf(style, stateOf(thresholds[index]))(mark),
      metric,
      expression,
      measured,
      style.dim(source),
    ],
  );
  return [style.title('THRESHOLDS'), ...renderTable(painted, left)];
};

const stateOf = (result: ThresholdResult | undefined): 'passed' | 'failed' | 'inconclusive' =>
  result?.ok == null ? 'inconclusive' : result.ok ? 'passed' : 'failed';
