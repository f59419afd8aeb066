import { sampleSeconds } from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';
import { stringify } from 'csv-stringify/sync';
import { isRun, type Outcome, type ReportInput } from '../report-input.ts';
import type { Reporter } from '../reporter.ts';
import { COLUMNS, rowsOf } from './columns.ts';

/**
 * Samples over time as RFC 4180: a line for each second and series, in the order of time. Read from the record piece by piece, so that memory does not grow with
 * the length of a run.
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
  stringify([...rows], { record_delimiter: 'windows' });

export const csvReporter = {
  about: 'samples over time, a line for each second and series',
  fileName: 'samples.csv',
  several: true,
  render: (outcomes: readonly Outcome[]) => {
    const runs = outcomes.filter(isRun);
    return runs.length === 0 ? null : renderCsv(runs);
  },
} as const satisfies Reporter;
