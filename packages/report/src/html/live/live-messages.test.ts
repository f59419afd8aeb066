import { COORDINATOR_SHARD, type RecordLine, type SampleLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { generatorOf, recordOf } from '@livekit-swarm/testkit/record-of';
import { failedReport, reportOf } from '@livekit-swarm/testkit/reports';
import { withServer } from '@livekit-swarm/testkit/server-lines';
import { describe, expect, it } from 'vitest';
import { bigRun } from '../../../test/support/big-record.ts';
import {
  chartsOfPage,
  replayLive,
  reportCharts,
  type Shown,
} from '../../../test/support/replay.ts';
import { wholeOf } from '../../reporter.ts';
import { htmlReporter } from '../../run/html/html.ts';

/** Adds samples of the coordinator, which end the seconds of a run under way. */
const withCoordinator = (lines: readonly RecordLine[]): RecordLine[] => {
  let ended = 0;
  return lines.flatMap((line): RecordLine[] => {
    if (line.type !== 'sample' || secondOf(line) <= ended + 1) return [line];
    ended = secondOf(line) - 1;
    const own: SampleLine = {
      type: 'sample',
      at: ended * 1_000 + 150,
      shard: COORDINATOR_SHARD,
      intervalMs: 1_000,
      connected: 0,
      series: [],
      generator: generatorOf(),
    };
    return [own, line];
  });
};

const secondOf = ({ at }: SampleLine): number => Math.round(at / 1_000);

/** Moves the lines of some samples towards the end, as those of an overloaded worker. */
const delayed = (lines: readonly RecordLine[], by: number): RecordLine[] => {
  const order = lines.map((line, index) => {
    const late = line.type === 'sample' && line.shard === 1 && secondOf(line) % 7 === 3;
    if (line.type === 'end') return { line, place: Number.POSITIVE_INFINITY };
    return { line, place: late ? index + by + 0.5 : index };
  });
  return order.sort((a, b) => a.place - b.place).map(({ line }) => line);
};

const eventful = (): RecordLine[] =>
  withServer([...bigRun({ rooms: 3, people: 4, seconds: 60, shards: 2 })], (at) => ({
    'node-2': { cpuCores: 0.5 + (at % 5_000) / 10_000, memoryBytes: 60e6 },
    ...(at > 20_000 && { 'node-1': { cpuCores: 1, memoryBytes: 70e6, goroutines: 300 } }),
  }));

/** Charts in the file that `--report html` writes. */
const inReport = async (lines: RecordLine[]): Promise<Shown> =>
  chartsOfPage(await wholeOf(htmlReporter.render([reportOf(lines)]) ?? ''));

const lossyMeeting = async (): Promise<RecordLine[]> => {
  const lines: RecordLine[] = [];
  for await (const line of failedReport().readLines?.() ?? []) lines.push(line);
  return lines;
};

describe('the live page and the report', () => {
  it.each([
    ['of a run with faults and several nodes', () => eventful()],
    ['of a run whose coordinator samples', () => withCoordinator(eventful())],
    ['of a worker that is seconds late', () => delayed(withCoordinator(eventful()), 12)],
    ['of a worker that is half a minute late', () => delayed(withCoordinator(eventful()), 150)],
    ['of a lossy meeting with data messages', lossyMeeting],
  ])('show the same points of every chart %s', async (_, make) => {
    const lines = await make();
    const { shown, ticks } = replayLive(lines);
    expect(ticks).toBeGreaterThan(10);
    expect(shown.charts.length).toBeGreaterThan(15);
    expect(shown).toEqual(await inReport(lines));
  });

  it('show the same points where a point is several seconds', async () => {
    const lines = recordOf(specOf({ rooms: 1, participants: 2, durationMs: 800_000 }));
    const { shown, fulls, ticks } = replayLive(lines);
    expect(shown.step).toBe(2);
    expect(shown.charts.some(({ series }) => series.some(({ high }) => high !== undefined))).toBe(
      true,
    );
    expect(shown).toEqual(await inReport(lines));
    expect(fulls).toBeLessThan(20);
    expect(ticks).toBeGreaterThan(700);
  });

  it('show the same points at every moment of a run', () => {
    const lines = delayed(withCoordinator(eventful()), 12);
    const soFar: RecordLine[] = [];
    const feed = function* (): Generator<RecordLine> {
      for (const line of lines) {
        soFar.push(line);
        yield line;
      }
    };
    let moments = 0;
    replayLive(feed(), (shown, atOnce) => {
      expect(shown).toEqual(atOnce());
      // The report of the same lines also has the second that is not complete.
      const report = new Map(reportCharts(soFar).charts.map((chart) => [chart.id, chart]));
      for (const { id, series } of shown.charts)
        for (const { label, values } of series) {
          const all = report.get(id)?.series.find((one) => one.label === label)?.values;
          expect(all?.slice(0, values.length), `${id}, ${label}`).toEqual(values);
        }
      moments++;
    });
    expect(moments).toBeGreaterThan(50);
  });
});
