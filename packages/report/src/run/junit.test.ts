import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failedReport, inconclusiveReport, passedReport } from '@livekit-swarm/testkit/reports';
import { parse } from 'test-results-parser';
import { afterAll, describe, expect, it } from 'vitest';
import { renderJunit } from './junit.ts';
import type { NoRun, Outcome, ReportInput } from './report-input.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-junit-'));
afterAll(() => rmSync(dir, { recursive: true }));

interface Case {
  name: string;
  status: string;
  failure: string;
  stack_trace: string;
  duration: number;
}
interface Suite {
  name: string;
  total: number;
  passed: number;
  failed: number;
  errors: number;
  status: string;
  duration: number;
  metadata: object;
  cases: Case[];
}

/** Report as a third-party tool reads it. */
const readBack = (outcomes: Outcome[]): { status: string; suites: Suite[] } => {
  const file = join(dir, 'junit.xml');
  writeFileSync(file, renderJunit(outcomes));
  return parse({ type: 'junit', files: [file] }) as { status: string; suites: Suite[] };
};

const suiteOf = (outcome: Outcome): Suite => {
  const [suite] = readBack([outcome]).suites;
  if (suite === undefined) throw new Error('there is no suite');
  return suite;
};

const caseOf = (suite: Suite, name: string): Case => {
  const found = suite.cases.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`there is no ${name} among ${suite.cases.map((one) => one.name).join(', ')}`);
  return found;
};

const renamed = (input: ReportInput, name: string): ReportInput => ({
  ...input,
  summary: { ...input.summary, scenario: { ...input.summary.scenario, name } },
});

describe('JUnit XML, read by another tool', () => {
  it('has a case for every threshold and one for the verdict', () => {
    const report = passedReport();
    const suite = suiteOf(report);
    expect(suite).toMatchObject({
      name: 'swarm',
      failed: 0,
      errors: 0,
      status: 'PASS',
      duration: 30_780,
    });
    expect(suite.cases.map(({ name }) => name)).toEqual([
      'verdict',
      ...report.decision.thresholds.map(({ metric, expression }) => `${metric}: ${expression}`),
    ]);
    expect(suite.cases.every(({ status }) => status === 'PASS')).toBe(true);
  });

  it('has value and limit of crossed thresholds', () => {
    const suite = suiteOf(failedReport());
    expect(suite).toMatchObject({ failed: 7, errors: 0, status: 'FAIL' });
    expect(caseOf(suite, 'packet_loss{kind:video}: rate<0.02')).toMatchObject({
      status: 'FAIL',
      failure: '✗ rate was 2.06 %, limit < 2 %',
      stack_trace: expect.stringMatching(
        /value: 0\.0206\d* \(2\.06 %\)\nlimit: < 0\.02\nsource: user/,
      ),
    });
    expect(caseOf(suite, 'verdict')).toMatchObject({
      status: 'FAIL',
      failure:
        '✗ failed (exit 99) on embedded livekit-server 1.13.4: join_failures: rate was 5 %, limit < 1 %.',
    });
    expect(caseOf(suite, 'jitter: p(95)<30').status).toBe('PASS');
  });

  it('never takes an inconclusive run for passed', () => {
    const suite = suiteOf(inconclusiveReport());
    expect(suite).toMatchObject({ failed: 0, errors: 2, status: 'FAIL' });
    expect(caseOf(suite, 'verdict')).toMatchObject({
      status: 'FAIL',
      failure: expect.stringMatching(
        /^\? inconclusive \(exit 130\) on embedded livekit-server 1\.13\.4: 4,340 datagrams/,
      ),
    });
    expect(caseOf(suite, 'reconnect_time: p(95)<5000')).toMatchObject({
      status: 'FAIL',
      failure: '? not measured',
    });
  });

  it('fails a run that failed although every threshold held', () => {
    const report = passedReport();
    const died: ReportInput = {
      ...report,
      decision: {
        ...report.decision,
        verdict: 'failed',
        exitCode: 99,
        reasons: [{ code: 'server_died', at: 3_000 }],
      },
    };
    expect(suiteOf(died)).toMatchObject({ failed: 1, status: 'FAIL' });
    expect(readBack([died]).status).toBe('FAIL');
  });

  it('has a case even for a run that did not come about', () => {
    const noRun: NoRun = {
      scenario: 'voice-ai',
      verdict: 'inconclusive',
      exitCode: 1,
      reason: 'record',
      message: 'the disk is full',
      hint: 'make room',
    };
    const suite = suiteOf(noRun);
    expect(suite).toMatchObject({ name: 'voice-ai', failed: 0, errors: 1 });
    expect(caseOf(suite, 'verdict')).toMatchObject({
      failure: '? inconclusive (exit 1): the disk is full',
    });
  });

  it('has a suite for each of several runs', () => {
    const { status, suites } = readBack([
      renamed(passedReport(), 'calls'),
      renamed(failedReport(), 'town-hall'),
    ]);
    expect(status).toBe('FAIL');
    expect(suites.map(({ name, status: one }) => [name, one])).toEqual([
      ['calls', 'PASS'],
      ['town-hall', 'FAIL'],
    ]);
  });

  it('has the environment and what was measured', () => {
    const metadata = suiteOf(passedReport()).metadata as Record<string, string>;
    expect(metadata).toMatchObject({
      verdict: 'passed',
      exit_code: 0,
      run: 'k3x9',
      seed: 1,
      record: 'runs/2026-11-21T12-00-00-k3x9/record.ndjson',
      participants: 40,
      'deployment.server_version': '1.13.4',
      'environment.cores': 4,
      'metric.packet_loss.rate': 0,
      'metric.packets_received.rate': 2000,
    });
    expect(Number(metadata['metric.join_time.p95'])).toBeCloseTo(105, 0);
  });

  it('keeps untrusted text of servers and names', () => {
    const said = 'a "quoted" <b>& ]]> \u0000\u0007\u001b[31m\ud800 é 日本 😀\r\nsecond line';
    const report = failedReport();
    const odd: ReportInput = {
      ...renamed(report, '<&"\'>'),
      decision: {
        ...report.decision,
        reasons: [
          {
            code: 'deployment_unreachable',
            failed: 1,
            failure: { reason: 'tls', count: 1, message: said, hint: null },
          },
        ],
      },
    };
    odd.summary.scenario.tags = { 'team "a"': said };
    const suite = suiteOf(odd);
    expect(suite.name).toBe('<&"\'>');
    expect(caseOf(suite, 'verdict').failure).toBe(
      '✗ failed (exit 99) on embedded livekit-server 1.13.4: No participant joined: the deployment was unreachable or rejected all 1 joins (a "quoted" <b>& ]]> \ufffd\ufffd\ufffd[31m\ufffd é 日本 😀 second line).',
    );
    expect((suite.metadata as Record<string, string>)['tag.team "a"']).toContain('<b>& ]]>');
  });

  it('gives equal thresholds different names: of two of a name GitLab shows one', () => {
    const report = passedReport();
    const [first] = report.decision.thresholds;
    if (first === undefined) throw new Error('there is no threshold');
    const twice = { ...report, decision: { ...report.decision, thresholds: [first, first] } };
    expect(suiteOf(twice).cases.map(({ name }) => name)).toEqual([
      'verdict',
      'join_failures: rate<0.01',
      'join_failures: rate<0.01 (2)',
    ]);
  });

  it('looks as in golden/', async () => {
    await expect(renderJunit([failedReport()])).toMatchFileSnapshot('golden/failed.junit.xml');
  });
});
