import {
  createSummary,
  decideVerdict,
  resolveThresholds,
  sampleSeconds,
} from '@livekit-swarm/analysis';
import { Sketch } from '@livekit-swarm/metrics';
import type { RecordLine, SampleLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, generatorOf, recordOf, seriesOf } from '@livekit-swarm/testkit/record-of';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { wholeOf } from '../reporter.ts';
import { type COLUMNS, csvReporter } from './csv.ts';
import type { ReportInput } from './report-input.ts';

async function* streamed(lines: Iterable<RecordLine>): AsyncGenerator<RecordLine> {
  yield* lines;
}

const reportOf = (lines: RecordLine[]): ReportInput => {
  const fold = createSummary();
  for (const line of lines) fold.add(line);
  const summary = fold.result();
  return {
    summary,
    decision: decideVerdict(summary, resolveThresholds(summary.scenario, [])),
    recordPath: 'record.ndjson',
    readLines: () => streamed(lines),
  };
};

type Row = Record<keyof typeof COLUMNS, string>;

const csvOf = async (lines: RecordLine[]): Promise<string> => {
  const rendered = csvReporter.render([reportOf(lines)]);
  return rendered === null ? '' : await wholeOf(rendered);
};

/** Rows as a spreadsheet reads them. */
const rowsOf = (csv: string): Row[] => {
  const { data, errors } = Papa.parse<Row>(csv, { header: true, skipEmptyLines: true });
  expect(errors).toEqual([]);
  return data;
};

const sum = (rows: Row[], column: keyof Row): number =>
  rows.reduce((total, row) => total + Number(row[column]), 0);

/** Rows of a record whose only group has this name. */
const rowsOfGroup = async (group: string) => {
  const lines = altered(recordOf(specOf({ rooms: 1, durationMs: 2_000 }), 1), (line) =>
    line.type === 'sample'
      ? {
          ...line,
          series: line.series.map((series) => ({
            ...series,
            labels: { ...series.labels, group },
          })),
        }
      : line,
  );
  return rowsOf(await csvOf(lines));
};

describe('the CSV of samples', () => {
  it('has a line for each second and series, whose counts add up to what the run counted', async () => {
    const lines = recordOf(specOf({ rooms: 3, publish: ['audio', 'video'], durationMs: 5_000 }), 2);
    const csv = await csvOf(lines);
    const rows = rowsOf(csv);
    expect(csv).toMatch(/^scenario,at_s,group,role,direction,kind,codec,tracks,[^\n]*\r\n/);
    expect(csv).toMatch(/\r\n$/);
    const keys = rows.map(({ at_s, group, role, direction, kind, codec }) =>
      [at_s, group, role, direction, kind, codec].join(),
    );
    expect(new Set(keys).size).toBe(keys.length);
    const down = rows.filter(({ direction }) => direction === 'down');
    expect(sum(down, 'packets')).toBe(
      reportOf(lines)
        .summary.traffic.filter((row) => row.direction === 'down')
        .reduce((total, row) => total + row.packets, 0),
    );
    expect(rows.map(({ at_s }) => Number(at_s))).toEqual(
      rows.map(({ at_s }) => Number(at_s)).toSorted((a, b) => a - b),
    );
    expect(rows.at(-1)).toMatchObject({
      scenario: 'swarm',
      group: 'load',
      run_joined: '6',
      run_cpu_cores: '0.1',
    });
  });

  it('takes percentiles from the bins of all shards together', async () => {
    const bins = (values: number[]) => {
      const sketch = new Sketch();
      for (const value of values) sketch.add(value);
      return sketch.toBins();
    };
    const sample = (shard: number, latencies: number[]): SampleLine => ({
      type: 'sample',
      at: 3_004 + shard,
      shard,
      intervalMs: 1_000,
      connected: 2,
      series: [seriesOf('down', 'audio', 'publisher', 1, { latency: bins(latencies) })],
      generator: generatorOf(),
    });
    const [header, deployment, ...rest] = recordOf(specOf({ rooms: 1, durationMs: 1_000 }), 1);
    const end = rest.at(-1);
    if (header === undefined || deployment === undefined || end === undefined)
      throw new Error('no record');
    const fast = Array.from({ length: 90 }, () => 10);
    const rows = rowsOf(
      await csvOf([
        header,
        deployment,
        sample(0, fast),
        sample(1, [...fast.slice(80), ...fast.slice(80).map(() => 100)]),
        end,
      ]),
    );
    expect(rows).toHaveLength(1);
    // 100 values of 10 ms, 10 of 100 ms.
    expect(Number(rows[0]?.latency_p50_ms)).toBeCloseTo(10, 0);
    expect(Number(rows[0]?.latency_p95_ms) / 100).toBeCloseTo(1, 1);
    expect(rows[0]).toMatchObject({
      at_s: '3',
      tracks: '2',
      packets: '100',
      rtt_p50_ms: expect.stringMatching(/^0\.8/),
    });
  });

  it('leaves cells without a measurement empty', async () => {
    const rows = rowsOf(await csvOf(recordOf(specOf({ rooms: 1, durationMs: 2_000 }), 1)));
    const up = rows.find(({ direction }) => direction === 'up');
    expect(up).toMatchObject({ latency_p50_ms: '', latency_max_ms: '', layers: '' });
    expect(JSON.stringify(rows)).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it('quotes names that would break a line', async () => {
    const name = 'a "b", c\nd';
    const rows = await rowsOfGroup(name);
    expect(new Set(rows.map(({ group }) => group))).toEqual(new Set([name]));
  });

  it('leaves nothing to calculate to a spreadsheet', async () => {
    const name = '=HYPERLINK("https://example.com")';
    const rows = await rowsOfGroup(name);
    expect(new Set(rows.map(({ group }) => group))).toEqual(new Set([`'${name}`]));
  });

  it('shows layers by height', async () => {
    const lines = altered(
      recordOf(specOf({ rooms: 1, durationMs: 2_000, publish: ['video'] }), 1),
      (line) =>
        line.type === 'sample'
          ? {
              ...line,
              series: line.series.map((series) => ({ ...series, layers: { 720: 3, 180: 1 } })),
            }
          : line,
    );
    expect(rowsOf(await csvOf(lines))[0]?.layers).toBe('180p:1 720p:3');
  });

  it('takes a record that breaks off, and several runs', async () => {
    const lines = recordOf(specOf({ rooms: 1, durationMs: 2_000 }), 1);
    const cut = lines.filter(({ type }) => type !== 'end' && type !== 'participant');
    expect(rowsOf(await csvOf(cut)).length).toBeGreaterThan(2);
    const rendered = csvReporter.render([reportOf(lines), reportOf(cut)]);
    const csv = rendered === null ? '' : await wholeOf(rendered);
    expect(csv.match(/scenario,at_s/g)).toHaveLength(1);
    expect(rowsOf(csv).length).toBeGreaterThan(rowsOf(await csvOf(cut)).length);
  });
});

describe('seconds', () => {
  it('come in order although workers write late, and few are held back', async () => {
    let read = 0;
    let most = 0;
    async function* late(): AsyncGenerator<RecordLine> {
      for (let at = 1_000; at <= 600_000; at += 1_000) {
        read = at / 1_000;
        for (const [shard, delay] of [
          [0, 3],
          [1, 4_000],
        ] as const) {
          const when = at - delay;
          if (when > 0)
            yield {
              type: 'sample',
              at: when + 5,
              shard,
              intervalMs: 1_000,
              connected: 1,
              series: [],
              generator: generatorOf(),
            };
        }
      }
    }
    const seen: number[] = [];
    for await (const { at, connected } of sampleSeconds(late())) {
      seen.push(at);
      most = Math.max(most, read - at);
      if (at > 1 && at < 596) expect(connected).toBe(2);
    }
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
    expect(seen).toHaveLength(600);
    expect(most).toBeLessThan(20);
  });
});
