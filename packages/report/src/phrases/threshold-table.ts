import type { ThresholdResult } from '@livekit-swarm/analysis';
import { renderHeadedTable, type Style, type TableData } from '../text-layout.ts';
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

/** The same for a terminal: a row that is not met has the colour of its state. */
export const renderThresholds = (
  thresholds: readonly ThresholdResult[],
  style: Style,
): string[] => {
  const table = thresholdTable(thresholds);
  const rows = table.rows.map((row, index) => {
    const ok = thresholds[index]?.ok ?? null;
    return row.map(ok === null ? style.unsure : ok ? (text: string) => text : style.bad);
  });
  return renderHeadedTable({ ...table, rows }, style);
};
