import { parseExposition, type Series, sumOf } from '@livekit-swarm/testkit/exposition';
import { failedReport, inconclusiveReport, passedReport } from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import { HOSTILE } from '../../test/support/samples.ts';
import { wholeOf } from '../reporter.ts';
import { openMetricsReporter } from './openmetrics.ts';
import type { NoRun, Outcome } from './report-input.ts';

const textOf = (outcomes: readonly Outcome[]): Promise<string> =>
  wholeOf(openMetricsReporter.render(outcomes));
const seriesOf = async (outcomes: readonly Outcome[]): Promise<Series[]> =>
  parseExposition(await textOf(outcomes));
const figureOf = (series: readonly Series[], name: string, labels = {}): number | undefined =>
  sumOf(series, `livekit_swarm_result_${name}`, labels);

const NO_RUN: NoRun = {
  ...{ scenario: HOSTILE, verdict: 'failed', exitCode: 3, reason: 'unreachable' },
  ...{ message: 'the server did not answer', hint: null },
};

describe('results as OpenMetrics', () => {
  it('has figures in base units, by their type', async () => {
    const series = await seriesOf([passedReport()]);
    expect(figureOf(series, 'join_time_seconds', { quantile: '0.95' })).toBeCloseTo(0.105, 2);
    expect(figureOf(series, 'join_time_seconds_count')).toBe(40);
    expect(figureOf(series, 'packet_loss_ratio')).toBe(0);
    expect(figureOf(series, 'packets_received_total')).toBeGreaterThan(0);
    expect(figureOf(series, 'cpu_cores', { aggregation: 'max' })).toBe(0.1);
    expect(figureOf(series, 'resident_memory_bytes', { aggregation: 'avg' })).toBeGreaterThan(1e6);
  });

  it('has the verdict, the exit code, and every threshold that was judged', async () => {
    const series = await seriesOf([failedReport()]);
    expect(figureOf(series, 'verdict', { verdict: 'failed' })).toBe(1);
    expect(figureOf(series, 'verdict')).toBe(1);
    expect(figureOf(series, 'exit_code')).toBe(99);
    const threshold = 'packet_loss{kind:video}: rate<0.02';
    expect(figureOf(series, 'threshold_met', { threshold })).toBe(0);
    const unsure = await seriesOf([inconclusiveReport()]);
    expect(figureOf(unsure, 'verdict', { verdict: 'inconclusive' })).toBe(1);
    expect(figureOf(unsure, 'exit_code')).toBe(130);
  });

  it('keeps runs apart by their scenario, also those of the same name', async () => {
    const series = await seriesOf([passedReport(), passedReport(), NO_RUN]);
    const names = series
      .filter(({ name }) => name === 'livekit_swarm_result_exit_code')
      .map(({ labels }) => labels.scenario);
    expect(new Set(names).size).toBe(3);
    expect(names).toContain(HOSTILE);
    expect(figureOf(series, 'exit_code', { scenario: HOSTILE })).toBe(3);
  });

  it('describes each metric once, and ends as OpenMetrics does', async () => {
    const text = await textOf([passedReport(), failedReport()]);
    const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(types).size).toBe(types.length);
    expect(text).toContain('# TYPE livekit_swarm_result_packets_received counter\n');
    expect(text).toMatch(/\n# EOF\n$/);
  });
});
