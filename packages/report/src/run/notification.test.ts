import { failedReport, inconclusiveReport, passedReport } from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import { renderJson } from './json.ts';
import { notificationOf } from './notification.ts';
import type { NoRun } from './report-input.ts';

const NO_RUN: NoRun = {
  ...{ scenario: 'calls', verdict: 'failed', exitCode: 3, reason: 'unreachable' },
  ...{ message: 'the server did not answer', hint: null },
};

describe('a notification', () => {
  it('has verdict, reasons and thresholds of a run, and no figures', () => {
    const { text, body } = notificationOf([failedReport()]);
    expect(body).toMatchObject({
      schema: 'livekit-swarm/notification/1',
      verdict: 'failed',
      exitCode: 99,
      text,
      runs: [
        {
          verdict: 'failed',
          reasons: expect.arrayContaining([expect.objectContaining({ code: 'threshold_crossed' })]),
          thresholds: expect.arrayContaining([expect.objectContaining({ ok: false })]),
        },
      ],
    });
    // Figures are as long as in the result.
    const { reasons } = JSON.parse(renderJson([failedReport()]));
    expect(body).toMatchObject({ runs: [{ reasons }] });
    expect(text).toMatch(/^livekit-swarm failed: .* on embedded livekit-server 1\.13\.4\n- /);
    expect(JSON.stringify(body).length).toBeLessThan(8_000);
    expect(JSON.stringify(body)).not.toContain('jitter.p95');
  });

  it('has a line for each run, and the most severe exit code', () => {
    const { text, body } = notificationOf([passedReport(), NO_RUN]);
    expect(body).toMatchObject({ verdict: 'failed', exitCode: 3 });
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^livekit-swarm passed: /),
      'livekit-swarm failed: calls',
      '- the server did not answer',
    ]);
  });

  it('shows five reasons at most', () => {
    const report = inconclusiveReport();
    const [reason] = report.decision.reasons;
    if (reason === undefined) throw new Error('the report has no reason');
    const reasons = Array.from({ length: 7 }, () => reason);
    const { text } = notificationOf([{ ...report, decision: { ...report.decision, reasons } }]);
    expect(text.split('\n')).toHaveLength(7);
    expect(text).toMatch(/\n- and 2 more$/);
  });
});
