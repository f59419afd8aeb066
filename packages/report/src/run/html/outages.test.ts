import { createHistory } from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { reportOf } from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import { seriesQueriesOf } from '../../html/charts/catalog.ts';
import { outageSpans } from './crossings.ts';

const spansIn = (lines: RecordLine[]) => {
  const history = createHistory(seriesQueriesOf(reportOf(lines).decision));
  for (const line of lines) history.add(line);
  return outageSpans(history.interim());
};

/** Record without media in a direction between two seconds. */
const without = (direction: 'up' | 'down' | 'both', from: number, to: number): RecordLine[] =>
  altered(recordOf(specOf({ rooms: 2, participants: 2, durationMs: 20_000 })), (line) =>
    line.type !== 'sample' || line.at <= from * 1_000 || line.at > to * 1_000
      ? line
      : {
          ...line,
          series: line.series.map((series) =>
            direction === 'both' || series.labels.direction === direction
              ? { ...series, packets: 0, bytes: 0 }
              : series,
          ),
        },
  );

describe('silence', () => {
  it('is when nothing arrives of what is sent', () => {
    expect(spansIn(without('down', 8, 12))).toEqual([{ fromMs: 8_000, toMs: 12_000 }]);
  });

  it('needs published media, between the first and the last packet', () => {
    expect(spansIn(without('both', 8, 12))).toEqual([]);
    expect(spansIn(without('up', 8, 12))).toEqual([]);
    expect(spansIn(without('down', 0, 5))).toEqual([]);
    expect(spansIn(without('down', 15, 60))).toEqual([]);
    expect(spansIn(without('down', 0, 60))).toEqual([]);
  });
});
