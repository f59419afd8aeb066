import { failedReport, passedReport } from '@livekit-swarm/testkit/reports';
import { expect, it } from 'vitest';
import { overallExitCode } from '../aggregate.ts';
import type { NoRun, ReportInput } from '../report-input.ts';
import { renderOverview } from './text.ts';

const named = (input: ReportInput, name: string): ReportInput => ({
  ...input,
  summary: { ...input.summary, scenario: { ...input.summary.scenario, name } },
});
const noRun = (scenario: string, exitCode: NoRun['exitCode']): NoRun => ({
  scenario,
  verdict: exitCode === 3 ? 'failed' : 'inconclusive',
  exitCode,
  reason: 'unreachable',
  message: 'no answer from ws://127.0.0.1:1: connection refused',
  hint: null,
});

it('shows each run in a line, what came out and why', () => {
  const text = renderOverview([
    named(passedReport(), 'voice-ai'),
    named(failedReport(), 'churn'),
    noRun('large-event', 3),
  ]);
  expect(text).toMatch(/^✗ 3 SCENARIOS: 1 passed, 2 not \(exit 3\)\n/);
  const lines = text.split('\n');
  expect(lines[2]).toMatch(/^ {2}✓ {2}voice-ai +0 +\d+\/\d+ +\S+ ms +0 % /);
  expect(lines[3]).toMatch(/^ {2}✗ {2}churn +99 /);
  expect(lines[4]).toMatch(/^ {2}✗ {2}large-event +3 +– +– +– +–$/);
  expect(text).toMatch(/ {2}· churn: .+\n/);
  expect(text).toMatch(/ {2}· large-event: no answer/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});

it('has the most severe exit code: interruptions, prevented runs, failures, inconclusive runs', () => {
  const of = (...codes: NoRun['exitCode'][]): number =>
    overallExitCode(codes.map((code) => noRun('x', code)));
  expect([
    of(0, 98, 99),
    of(99, 3, 98),
    of(3, 2, 99),
    of(2, 1),
    of(1, 130, 3),
    of(0, 0),
    of(0, 98),
  ]).toEqual([99, 3, 2, 1, 130, 0, 98]);
});
