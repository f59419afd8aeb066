import type { ThresholdResult } from '@livekit-swarm/analysis';
import { measuredOf } from '../figures.ts';
import { MARKS } from '../style.ts';
import type { TableData } from './table-data.ts';

export const markOf = ({ ok }: ThresholdResult): string =>
  ok === null ? MARKS.inconclusive : ok ? MARKS.passed : MARKS.failed;

/** Every threshold with its mark and what was measured; those given by the user are told from the defaults. */
export const thresholdTable = (results: readonly ThresholdResult[]): TableData => ({
  head: ['', 'threshold', 'must hold', 'measured', ''],
  rows: results.map((result) => [
    markOf(result),
    result.metric,
    result.expression,
    measuredOf(result),
    result.source === 'user' ? 'given' : 'default',
  ]),
  left: [0, 1, 2, 4],
});
