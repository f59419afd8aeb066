import {
  failedReport,
  inconclusiveReport,
  passedReport,
  stagedReport,
} from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import { k6Reporter } from './k6.ts';
import type { NoRun, Outcome } from './report-input.ts';

interface Summary {
  root_group: { checks: Record<string, { passes: number; fails: number }> };
  metrics: Record<string, Record<string, number> & { thresholds?: Record<string, boolean> }>;
}

const summaryOf = (outcome: Outcome): Summary => JSON.parse(k6Reporter.render([outcome]) ?? '');

const NO_RUN: NoRun = {
  ...{ scenario: 'calls', verdict: 'failed', exitCode: 3, reason: 'unreachable' },
  ...{ message: 'the server did not answer', hint: null },
};

describe('the summary in the format of k6', () => {
  it('has each metric with the figures of its type', () => {
    const { metrics } = summaryOf(passedReport());
    const { join_time, packet_loss, packets_received, cpu_cores } = metrics;
    expect(join_time?.['p(95)']).toBeCloseTo(105, 0);
    expect(join_time?.min).toBeLessThanOrEqual(join_time?.med ?? 0);
    expect(packet_loss).toMatchObject({ passes: 0, value: 0 });
    expect(packet_loss?.fails).toBe(packets_received?.count);
    expect(cpu_cores).toEqual({ value: 0.1, min: 0.1, max: 0.1 });
  });

  it('has the metrics that readers of k6 look for', () => {
    const { metrics } = summaryOf(failedReport());
    const { signal_time, join_failures, bytes_received } = metrics;
    expect(metrics.http_req_waiting).toEqual(signal_time);
    expect(metrics.http_req_duration).toEqual(signal_time);
    expect(metrics.http_req_failed).toMatchObject({ passes: 1, value: join_failures?.value });
    expect(metrics.http_reqs?.count).toBe(20);
    expect(metrics.data_received).toEqual(bytes_received);
    expect(metrics.vus_max).toEqual({ value: 20, min: 20, max: 20 });
  });

  it('marks crossed thresholds with true, as k6 does, also those with a selector or a window', () => {
    const { metrics } = summaryOf(stagedReport());
    expect(metrics['packet_loss{group:calls}@after']).toMatchObject({
      thresholds: { 'rate<0.01': true },
      value: expect.closeTo(0.0243902, 6),
    });
    expect(metrics['packet_loss{group:calls}@peak']?.thresholds).toEqual({ 'rate<0.01': false });
    expect(metrics.join_time?.thresholds).toEqual({ 'p(95)<2000': false });
  });

  it('counts the verdict and each threshold as a check', () => {
    const passed = summaryOf(passedReport());
    expect(passed.metrics.checks).toMatchObject({ fails: 0, value: 1 });
    const staged = summaryOf(stagedReport());
    const { checks } = staged.root_group;
    expect(staged.metrics.checks).toEqual({
      ...{ passes: 16, fails: 2 },
      value: expect.closeTo(16 / 18, 5),
    });
    expect(Object.keys(checks)).toHaveLength(18);
    expect(checks['verdict: passed']).toMatchObject({ passes: 0, fails: 1 });
  });

  it('never shows what was not judged as passed', () => {
    const { root_group, metrics } = summaryOf(inconclusiveReport());
    expect(root_group.checks['verdict: passed']).toMatchObject({ fails: 1 });
    expect(metrics.checks?.value).toBeLessThan(1);
    expect(summaryOf(NO_RUN).metrics).toEqual({ checks: { passes: 0, fails: 1, value: 0 } });
  });
});
