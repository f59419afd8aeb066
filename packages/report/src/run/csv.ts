import { type MergedSeries, type SampleSecond, sampleSeconds } from '@livekit-swarm/analysis';
import type { Sketch } from '@livekit-swarm/metrics';
import { CSV_COUNTERS, type CsvColumn, type RecordLine } from '@livekit-swarm/record';
import { stringify } from 'csv-stringify/sync';
import { finite } from '../format.ts';
import type { Reporter } from '../reporter.ts';
import { isRun, type Outcome, type ReportInput } from './report-input.ts';

/**
 * Samples over time as RFC 4180: a line for each second and series, in the order of time. Read from
 * the record piece by piece, so that memory does not grow with the length of a run.
 */
async function* renderCsv(runs: readonly ReportInput[]): AsyncGenerator<string> {
  yield lines([Object.keys(COLUMNS)]);
  for (const run of runs) {
    if (run.readLines === null) throw new Error('there is no record of the run');
    yield* linesOfRun(run.summary.scenario.name, run.readLines());
  }
}

async function* linesOfRun(
  scenario: string,
  record: AsyncIterable<RecordLine>,
): AsyncGenerator<string> {
  for await (const second of sampleSeconds(record)) {
    const rows = rowsOf(scenario, second);
    if (rows.length > 0) yield lines(rows);
  }
}

const lines = (rows: readonly (readonly (string | number | null)[])[]): string =>
  stringify(
    rows.map((row) => row.map(withoutFormula)),
    { record_delimiter: 'windows' },
  );

/** A spreadsheet would calculate a name such as `=HYPERLINK(…)`. */
const withoutFormula = (cell: Cell): Cell =>
  typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;

export const csvReporter = {
  about: 'samples over time, a line for each second and series',
  fileName: 'samples.csv',
  several: true,
  render: (outcomes: readonly Outcome[]) => {
    const runs = outcomes.filter(isRun);
    return runs.length === 0 ? null : renderCsv(runs);
  },
} as const satisfies Reporter<readonly Outcome[]>;

type Cell = string | number | null;
type Column = (series: MergedSeries, second: SampleSecond, scenario: string) => Cell;

const quantile = (sketch: Sketch, q: number): Cell => finite(sketch.quantile(q));
const share = (lost: number, of: number): Cell => (of > 0 ? finite(Math.max(0, lost) / of) : null);
/** Received packets do not include lost ones; sent packets include those that the server missed. */
const outOf = ({ labels, packets, lost }: MergedSeries['sums']): number =>
  labels.direction === 'down' ? packets + lost : packets;

/** Counts are not rounded; sums of milliseconds are. */
const exact = (value: number): Cell => (Number.isSafeInteger(value) ? value : finite(value));

const COUNTER_COLUMNS = Object.fromEntries(
  [...CSV_COUNTERS].map(([column, counter]): [string, Column] => [
    column,
    ({ sums }) => exact(sums[counter]),
  ]),
) as Record<CsvColumn, Column>;

/**
 * Every column by its name, in order: when, whose, what. Counts are of this second alone and add up
 * over lines; percentiles, in ms, are of this second and do not. The last ones are of the whole
 * run, and the same in each line of a second.
 */
export const COLUMNS = {
  scenario: (_series, _second, scenario) => scenario,
  at_s: (_series, { at }) => at,
  group: ({ sums }) => sums.labels.group,
  role: ({ sums }) => sums.labels.role,
  direction: ({ sums }) => sums.labels.direction,
  kind: ({ sums }) => sums.labels.kind,
  codec: ({ sums }) => sums.labels.codec,
  ...COUNTER_COLUMNS,
  loss: ({ sums }) => share(sums.lost, outOf(sums)),
  loss_before_recovery: ({ sums }) => share(sums.lostBeforeRecovery, outOf(sums)),
  layers: ({ sums }) => layersText(sums.layers),
  latency_p50_ms: ({ latency }) => quantile(latency, 0.5),
  latency_p95_ms: ({ latency }) => quantile(latency, 0.95),
  latency_p99_ms: ({ latency }) => quantile(latency, 0.99),
  latency_max_ms: ({ latency }) => finite(latency.max),
  jitter_p50_ms: ({ jitter }) => quantile(jitter, 0.5),
  jitter_p95_ms: ({ jitter }) => quantile(jitter, 0.95),
  jitter_max_ms: ({ jitter }) => finite(jitter.max),
  rtt_p50_ms: ({ rtt }) => quantile(rtt, 0.5),
  rtt_p95_ms: ({ rtt }) => quantile(rtt, 0.95),
  run_joined: (_series, { connected }) => connected,
  run_cpu_cores: (_series, { generator }) => finite(generator.cpuCores),
  run_resident_bytes: (_series, { generator }) => generator.residentBytes,
  run_host_cpu_share: (_series, { generator }) => finite(generator.hostCpuShare),
  run_event_loop_lag_ms: (_series, { generator }) => finite(generator.eventLoopLagMs),
  run_tick_lateness_ms: (_series, { generator }) => finite(generator.tickLatenessMs),
  run_late_sends: (_series, { generator }) => generator.lateSends,
  run_socket_drops: (_series, { generator }) => generator.socketDrops,
} as const satisfies Record<string, Column>;

/** `360p:12 720p:4`. */
const layersText = (layers: Record<string, number>): string =>
  Object.entries(layers)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([height, tracks]) => `${height}p:${tracks}`)
    .join(' ');

/** A line for each series; always in the same order of labels. */
export const rowsOf = (scenario: string, second: SampleSecond): Cell[][] =>
  second.series
    .toSorted((a, b) => keyOf(a).localeCompare(keyOf(b), 'en'))
    .map((series) =>
      Object.values<Column>(COLUMNS).map((column) => column(series, second, scenario)),
    );

const keyOf = ({ sums: { labels } }: MergedSeries): string =>
  [labels.group, labels.role, labels.direction, labels.kind, labels.codec].join(' ');
