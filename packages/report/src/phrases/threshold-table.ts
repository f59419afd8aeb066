import type { ThresholdResult } from '@livekit-swarm/analysis';
import type { TableData } from '../text-layout.ts';
import { limitOf, measuredOf, thresholdName } from './limits.ts';

/** A row for each threshold. */
export const thresholdTable = (thresholds: readonly ThresholdResult[]): TableData => ({
  head: ['threshold', 'value', 'limit', ''],
  rows: thresholds.map((result) => [
    thresholdName(result),
    measuredOf(result),
    limitOf(result),
    result.ok === null ? 'not measured' : result.ok ? 'met' : 'crossed',
  ]),
  left: [0, 3],
});
