import { formatAggregation, metricDefinition, type ThresholdResult } from '@livekit-swarm/core';
import { formatFigure } from '../format.ts';
import type { ReportInput } from '../report-input.ts';
import { MARKS, type Style } from '../style.ts';
import { renderTable } from '../table.ts';

/** Every threshold with its mark and what was measured; those given by the user are told from the defaults. */
export const thresholdSection = ({ judgement }: ReportInput, style: Style): string[] => {
  if (judgement.thresholds.length === 0) return [];
  const rows = judgement.thresholds.map((result) => [
    mark(result, style),
    result.metric,
    result.expression,
    measured(result),
    style.dim(result.source === 'user' ? 'given' : 'default'),
  ]);
  return [style.title('THRESHOLDS'), ...renderTable(rows, [0, 1, 2, 4])];
};

const mark = ({ ok }: ThresholdResult, style: Style): string =>
  ok === null ? style.unsure(MARKS.inconclusive) : ok ? style.good(MARKS.passed) : style.bad(MARKS.failed);

const measured = ({ value, threshold }: ThresholdResult): string =>
  formatFigure(value, metricDefinition(threshold.metric), formatAggregation(threshold.aggregation));
