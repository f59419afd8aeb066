import type { EventName, RecordLine, SampleLine } from '@livekit-swarm/record';
import { COORDINATOR_SHARD } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, generatorOf, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import type { SeriesQuery } from '../history/time-series.ts';
import { createSummary } from '../summary/summarize.ts';
import { LiveFold } from './live-fold.ts';

/** Adds samples of the coordinator, which samples after its workers, as in a real record. */
const withCoordinator = (lines: RecordLine[]): RecordLine[] => {
  const ends = new Set(lines.flatMap((line) => (line.type === 'sample' ? [line.at] : [])));
  const own = [...ends].map(
    (at): SampleLine => ({
      type: 'sample',
      at: at + 150,
      shard: COORDINATOR_SHARD,
      intervalMs: 1_000,
      connected: 0,
      series: [],
      generator: generatorOf(),
    }),
  );
  const at = (line: RecordLine): number =>
    line.type === 'end' ? Number.POSITIVE_INFINITY : 'at' in line ? line.at : -1;
  return [...lines, ...own].sort((a, b) => at(a) - at(b));
};

const LOAD = specOf({ rooms: 2, participants: 2, durationMs: 10_000 });

const LOSS: SeriesQuery = {
  metric: 'packet_loss',
  selector: { kind: 'audio' },
  aggregation: { type: 'rate' },
};
const QUERIES = [LOSS];

const foldOf = (lines: readonly RecordLine[]): LiveFold => {
  const fold = new LiveFold(QUERIES, createSummary());
  for (const line of lines) fold.add(line);
  return fold;
};

const eventOf = (identity: string, event: EventName, at: number): RecordLine => ({
  type: 'event',
  at,
  event,
  identity,
  room: 'r',
  role: 'publisher',
  group: 'load',
});

describe('the fold of a run under way', () => {
  it('has a point for each second, once the coordinator has sampled', () => {
    const fold = new LiveFold(QUERIES, null);
    const complete = withCoordinator(recordOf(LOAD)).flatMap((line) =>
      fold.add(line) && 'at' in line ? [line.at] : [],
    );
    expect(complete.slice(0, 3)).toEqual([1_150, 2_150, 3_150]);
    // The end of the run completes what is left.
    expect(fold.history().steps).toBe(complete.length - 1);
  });

  it('has points for records without a coordinator', () => {
    expect(foldOf(recordOf(LOAD)).history().steps).toBeGreaterThan(8);
  });

  it('counts participants by state', () => {
    const lines = recordOf(LOAD);
    const joined = lines.filter((line) => line.type === 'event' || line.type === 'header');
    const fold = foldOf(joined.slice(0, 3));
    expect(fold.participants.counts()).toMatchObject({ connected: 2, joining: 2, left: 0 });
    expect(foldOf(lines).participants.counts()).toMatchObject({ connected: 0, left: 4 });
    expect(foldOf(lines).phase).toBe('ended');
  });

  it('ignores an event that follows the result of its participant', () => {
    const lines = recordOf(LOAD);
    const result = lines.find((line) => line.type === 'participant');
    const identity = result?.type === 'participant' ? result.identity : '';
    const fold = foldOf([...lines, eventOf(identity, 'left', 99_000)]);
    expect(fold.participants.counts()).toMatchObject({ left: 4, connected: 0 });
  });

  it('divides the lost packets of a second by all packets of that second', () => {
    const lossy = altered(recordOf(LOAD), (line) =>
      line.type === 'sample' && line.at === 5_000
        ? {
            ...line,
            series: line.series.map((one) =>
              one.labels.direction === 'down' ? { ...one, lost: one.packets } : one,
            ),
          }
        : line,
    );
    const loss = foldOf(withCoordinator(lossy)).history().series(LOSS)?.value;
    expect(loss?.[4]).toBeCloseTo(0.5, 6);
    expect(loss?.[3]).toBe(0);
  });

  it('shows connections that are lost simultaneously as one mark with a growing count', () => {
    const lines = withCoordinator(recordOf(LOAD));
    const [one, two] = lines.flatMap((line) =>
      line.type === 'event' && line.identity !== undefined ? [line.identity] : [],
    );
    const cut = lines.filter((line) => !('at' in line) || line.at < 8_000);
    const fold = foldOf([
      ...cut.filter((line) => !('at' in line) || line.at < 5_000),
      eventOf(one ?? '', 'signal_lost', 5_010),
      eventOf(two ?? '', 'signal_lost', 6_500),
      ...cut.filter((line) => 'at' in line && line.at >= 5_000),
    ]);
    expect(fold.marks.all).toMatchObject([
      { event: { code: 'participants_affected', event: 'signal_lost', participants: 2 } },
    ]);
    expect(fold.participants.counts()).toMatchObject({ reconnecting: 2, connected: 2 });
    expect(fold.participants.mostAffected(1)).toMatchObject([{ connection: 'reconnecting' }]);
    expect(fold.marks.takeChanged()).toHaveLength(1);
    expect(fold.marks.takeChanged()).toEqual([]);
  });

  it('marks each change of a threshold between met and crossed', () => {
    const lossy = altered(recordOf(LOAD, 1, ['packet_loss: rate<0.05']), (line) =>
      line.type === 'sample' && line.at === 4_000
        ? { ...line, series: line.series.map((one) => ({ ...one, lost: one.packets })) }
        : line,
    );
    const fold = new LiveFold(QUERIES, createSummary());
    for (const line of withCoordinator(lossy)) if (fold.add(line)) fold.evaluate();
    const turned = fold.marks.all.flatMap(({ at, event }) =>
      event.code === 'threshold_turned' && event.result.metric === 'packet_loss'
        ? [[at, event.result.ok]]
        : [],
    );
    expect(turned[0]).toEqual([4_150, false]);
  });

  it('shows the faults of a drill', () => {
    const fault: RecordLine = {
      type: 'drill',
      at: 3_000,
      event: 'fault_injected',
      fault: 'kill',
      target: { type: 'node' },
      components: ['node-2'],
      params: {},
    } as unknown as RecordLine;
    expect(foldOf([...recordOf(LOAD).slice(0, 2), fault]).marks.all).toMatchObject([
      { at: 3_000, event: { code: 'fault_injected', components: ['node-2'] } },
    ]);
  });

  it('shows no second that is not complete, until the run ends', () => {
    const lines = withCoordinator(recordOf(LOAD));
    const [one] = lines.flatMap((line) =>
      line.type === 'event' && line.identity !== undefined ? [line.identity] : [],
    );
    const early = lines.filter((line) => !('at' in line) || line.at < 5_200);
    const fold = foldOf([...early, eventOf(one ?? '', 'signal_lost', 5_250)]);
    expect(fold.history().steps).toBe(5);
    expect(fold.history().line('signal_lost')).toBeUndefined();
    fold.add({ type: 'end', at: 5_300, reason: 'interrupted' });
    expect(fold.history().line('signal_lost')?.value).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('names the first second that has changed', () => {
    const fold = new LiveFold(QUERIES, null);
    const lines = withCoordinator(recordOf(LOAD));
    const sample = lines.find((line) => line.type === 'sample' && line.at === 2_000);
    for (const line of lines) if (!('at' in line) || line.at < 6_200) fold.add(line);
    expect(fold.takeChanged()).toBe(0);
    expect(fold.takeChanged()).toBe(6);
    if (sample?.type === 'sample') fold.add({ ...sample, shard: 7 });
    expect(fold.takeChanged()).toBe(1);
  });
});
