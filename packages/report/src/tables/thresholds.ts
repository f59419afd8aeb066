import type { ThresholdResult } from '@livekit-swarm/analysis';
import { measuredOf } from '../phrases/threshold.ts';
import { MARKS } from '../style.ts';
import type { TableData } from '../table.ts';

export const markOf = ({ ok }: ThresholdResult): string =>
  ok === null ? MARKS.inconclusive : ok ? MARKS.passed : MARKS.failed;

/** Every threshold with its mark and what was measured; the last column separates those of the user from the defaults. */
export const thresholdTable = (results: readonly ThresholdResult[]): TableData => ({
  head: ['', 'threshold', 'limit', 'measured', ''],
  rows: results.map((result) => [
    markOf(result),
    result.metric,
    result.expression,
    measuredOf(result),
    result.source === 'user' ? 'custom' : 'default',
  ]),
  left: [0, 1, 2, 4],
});
