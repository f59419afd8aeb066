/** Reports in formats of other programs, compared with what those programs write and read. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failedReport, passedReport } from '@livekit-swarm/testkit/reports';
import { missing } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provideK6 } from '../../lab/src/provision/provision.ts';
import { wholeOf } from '../src/reporter.ts';
import { REPORTERS } from '../src/run/index.ts';

const run = promisify(execFile);
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-readers-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Summary {
  root_group: { id: string; checks: Record<string, { path: string; id: string }> };
  metrics: Record<string, object & { thresholds?: Record<string, boolean> }>;
}

/** One metric of each type, a threshold that is met, and one that is crossed. */
const SCRIPT = `
import { check } from 'k6';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
const join_time = new Trend('join_time'), packet_loss = new Rate('packet_loss');
const packets_received = new Counter('packets_received'), cpu_cores = new Gauge('cpu_cores');
export const options = {
  summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)', 'count'],
  thresholds: { join_time: ['p(95)<1', 'p(99)<1000'] },
};
export default () => {
  join_time.add(5);
  packet_loss.add(false);
  packets_received.add(1);
  cpu_cores.add(1);
  check(1, { 'verdict: passed': (value) => value === 1 });
};
`;

describe('the summary in the format of k6', () => {
  it('has the fields that k6 writes, with the same meaning', { timeout: 600_000 }, async () => {
    const k6 = (await provideK6()).path;
    const script = join(dir, 'script.js');
    const file = join(dir, 'summary.json');
    await writeFile(script, SCRIPT);
    // Exit code 99: a threshold is crossed, as it should be.
    await run(k6, ['run', '--quiet', `--summary-export=${file}`, script]).catch(
      ({ code }: { code: number }) => expect(code).toBe(99),
    );
    const theirs: Summary = JSON.parse(await readFile(file, 'utf8'));
    const ours: Summary = JSON.parse(REPORTERS.k6.render([failedReport()]) ?? '');
    expect(Object.keys(ours).toSorted()).toEqual(Object.keys(theirs).toSorted());
    expect(Object.keys(ours.root_group).toSorted()).toEqual(
      Object.keys(theirs.root_group).toSorted(),
    );
    expect(ours.root_group.id).toBe(theirs.root_group.id);
    const check = 'verdict: passed';
    expect(Object.keys(ours.root_group.checks[check] ?? {}).toSorted()).toEqual(
      Object.keys(theirs.root_group.checks[check] ?? {}).toSorted(),
    );
    expect(ours.root_group.checks[check]).toMatchObject({
      path: theirs.root_group.checks[check]?.path,
      id: theirs.root_group.checks[check]?.id,
    });
    const fieldsOf = ({ metrics }: Summary, metric: string): string[] =>
      Object.keys(metrics[metric] ?? {})
        .filter((field) => field !== 'thresholds')
        .toSorted();
    for (const metric of ['join_time', 'packet_loss', 'packets_received', 'cpu_cores', 'checks'])
      expect(fieldsOf(ours, metric)).toEqual(fieldsOf(theirs, metric));
    // True is crossed.
    expect(theirs.metrics.join_time?.thresholds).toEqual({ 'p(95)<1': true, 'p(99)<1000': false });
    expect(ours.metrics['packet_loss{kind:video}']?.thresholds).toEqual({ 'rate<0.02': true });
    expect(ours.metrics.join_time?.thresholds?.['p(99)<3000']).toBe(false);
  });
});

describe('results as OpenMetrics', () => {
  it('are read by Prometheus, every series', async ({ skip }) => {
    const reason = await missing('promtool');
    skip(reason !== null, reason ?? '');
    const text = await wholeOf(REPORTERS.openmetrics.render([passedReport(), failedReport()]));
    const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    // To be stored, each needs a time.
    const file = join(dir, 'metrics.txt');
    await writeFile(file, text.replaceAll(/^(?!#)(.+)$/gm, '$1 1764000000'));
    const data = join(dir, 'data');
    await run('promtool', [
      ...['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, data],
    ]);
    // Prometheus would have made it.
    await mkdir(join(data, 'wal'));
    const { stdout } = await run('promtool', ['tsdb', 'dump', data], { maxBuffer: 2 ** 26 });
    const stored = stdout.split('\n').filter((line) => line.startsWith('{'));
    expect(stored).toHaveLength(series.length);
    expect(stdout).toMatch(
      /__name__="livekit_swarm_result_verdict", scenario="[^"]+", verdict="passed"\} 1 1764000000000/,
    );
  });
});
