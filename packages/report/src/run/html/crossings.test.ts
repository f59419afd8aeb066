import {
  createHistory,
  evaluate,
  type History,
  type ThresholdResult,
} from '@livekit-swarm/analysis';
import { parseThreshold } from '@livekit-swarm/metrics';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { reportOf } from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import { seriesQueriesOf } from '../../html/charts/catalog.ts';
import { beyond, crossingOf, spansOf, spansText } from './crossings.ts';

/** Loses a tenth of the packets in these seconds. */
const lossy = (from: number, to: number): RecordLine[] =>
  altered(recordOf(specOf({ rooms: 2, participants: 2, durationMs: 30_000 })), (line) =>
    line.type !== 'sample' || line.at <= from * 1_000 || line.at > to * 1_000
      ? line
      : {
          ...line,
          series: line.series.map((series) =>
            series.labels.direction === 'down'
              ? { ...series, packets: series.packets * 0.9, lost: series.packets * 0.1 }
              : series,
          ),
        },
  );

const evaluated = (text: string, lines: RecordLine[]): [ThresholdResult, History] => {
  const { summary, decision } = reportOf(lines, [text]);
  const [result] = evaluate(summary, { threshold: parseThreshold(text), source: 'user' });
  if (result === undefined) throw new Error('there is always a result');
  const history = createHistory(seriesQueriesOf(decision));
  for (const line of lines) history.add(line);
  return [result, history.interim()];
};

describe('a threshold over time', () => {
  it('has the times of the crossing, and the worst second', () => {
    const crossing = crossingOf(...evaluated('packet_loss: rate<0.01', lossy(10, 14)));
    expect(crossing?.spans).toEqual([{ fromMs: 10_000, toMs: 14_000 }]);
    expect(crossing?.worst?.value).toBeCloseTo(0.1);
    expect(crossing?.worst?.atMs).toBe(10_000);
    expect(crossing?.over.filter(Boolean)).toHaveLength(4);
  });

  it('looks at its own part of the run only', () => {
    const crossing = crossingOf(...evaluated('packet_loss@12s..20s: rate<0.01', lossy(10, 14)));
    expect(crossing?.spans).toEqual([{ fromMs: 12_000, toMs: 14_000 }]);
    expect(crossing?.values.slice(0, 12).every((value) => value === null)).toBe(true);
  });

  it('follows the selector', () => {
    const [result, history] = evaluated('packet_loss{role:subscriber}: rate<0.01', lossy(10, 14));
    // No role subscribes only.
    expect(crossingOf(result, history)).toBeNull();
    expect(
      crossingOf(...evaluated('packet_loss{role:publisher,kind:audio}: rate<0.01', lossy(10, 14)))
        ?.spans,
    ).toHaveLength(1);
  });

  it('that wants more looks for what was too little', () => {
    const [result, history] = evaluated('media_latency: p(50)>5', lossy(10, 14));
    expect(beyond(result)).toBe('below the limit');
    expect(crossingOf(result, history)?.worst?.value).toBeLessThan(7);
  });

  it.each([
    'packets_received: count>10',
    'missing_tracks: rate==0',
    'cpu_cores: max<4',
    'media_interruptions: count<10',
  ])('is null for %s, which is not measured per second', (text) => {
    expect(crossingOf(...evaluated(text, lossy(10, 14)))).toBeNull();
  });

  it('is not known without a record', () => {
    expect(crossingOf(evaluated('packet_loss: rate<0.01', lossy(10, 14))[0], null)).toBeNull();
  });
});

describe('stretches of time', () => {
  const T = true;
  const F = false;

  it('are one when a moment of calm is between them', () => {
    expect(spansOf([F, T, F, T, F, F, F, T], 1_000)).toEqual([
      { fromMs: 1_000, toMs: 4_000 },
      { fromMs: 7_000, toMs: 8_000 },
    ]);
    expect(spansOf([], 1_000)).toEqual([]);
  });

  it('are listed in order, of many the longest', () => {
    const span = (from: number, to: number) => ({ fromMs: from * 1_000, toMs: to * 1_000 });
    expect(spansText([span(16, 24)])).toBe('0:16–0:24');
    expect(spansText([span(16, 24), span(70, 3_700)])).toBe('0:16–0:24 and 1:10–1:01:40');
    expect(spansText([span(1, 2), span(5, 9), span(12, 13), span(20, 29)], 2)).toBe(
      '0:05–0:09, 0:20–0:29 and 2 more',
    );
  });
});
