import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSummary,
  decideVerdict,
  decideWithBaseline,
  resolveThresholds,
} from '@livekit-swarm/analysis';
import {
  type Comparison,
  compareRuns,
  type RecordedRun,
  type Side,
} from '@livekit-swarm/analysis/compare';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { passedReport } from '@livekit-swarm/testkit/reports';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { marked } from 'marked';
import { parse } from 'test-results-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderJson } from '../run/json.ts';
import { renderJunit } from '../run/junit.ts';
import { renderMarkdown } from '../run/markdown.ts';
import type { ReportInput } from '../run/report-input.ts';
import { renderText } from '../run/text/text.ts';
import { comparisonJsonSchema, strictComparisonJsonSchema } from './comparison-schema.ts';
import { COMPARISON_REPORTERS, type ComparisonInput, exitCodeOfComparisons } from './index.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-comparison-'));
afterAll(() => rmSync(dir, { recursive: true }));

const runOf = (name: string, lines: RecordLine[]): RecordedRun => {
  const fold = createSummary();
  for (const line of lines) fold.add(line);
  const summary = fold.result();
  return {
    name,
    summary,
    decision: decideVerdict(summary, resolveThresholds(summary.scenario, [])),
    readLines: () => lines,
  };
};

const side = (name: string, slower: number): Side => ({
  name,
  runs: [1, 2, 3, 4].map((repeat) =>
    runOf(
      `records/${name}/${repeat}`,
      altered(recordOf(specOf({ rooms: 10, durationMs: 10_000 })), (line) => {
        if (line.type !== 'event' || line.phases === undefined) return line;
        const { started, signal = 0, ice = 0, joined } = line.phases;
        const factor = slower * (1 + repeat / 100);
        return { ...line, phases: { started, signal, ice, joined: joined * factor } };
      }),
    ),
  ),
});

let worse: Comparison;
let same: Comparison;
beforeAll(async () => {
  worse = await compareRuns(side('1.11.0', 1), side('a | b <i>', 2));
  same = await compareRuns(side('1.11.0', 1), side('1.13.4', 1));
});

const inputOf = (...comparisons: Comparison[]): ComparisonInput => ({
  comparisons,
  sides: [],
  notes: [],
  interrupted: false,
  problem: null,
});
const { text, json, markdown, junit } = COMPARISON_REPORTERS;

describe('text', () => {
  test('states what changed, by how much, and both values', () => {
    const said = text.render(inputOf(worse));
    expect(said).toContain('✗ REGRESSION (exit 99)  a | b <i> against 1.11.0, 4 runs each');
    expect(said.replaceAll(/\s+/g, ' ')).toMatch(
      /a \| b <i> is worse than 1\.11\.0 in join_time\.p95: \+10\d % \(\+9\d … \+10\d %\), 1\d\d ms → 2\d\d ms; join_time\.p50: /,
    );
    expect(said.indexOf('✗  join_time.p50')).toBeLessThan(said.indexOf('=  join_failures.rate'));
  });

  test('states that there is no difference', () => {
    expect(text.render(inputOf(same))).toMatch(
      /^✓ NO DIFFERENCE \(exit 0\) {2}1\.13\.4 against 1\.11\.0, 4 runs each\n {2}· No difference between 1\.11\.0 and 1\.13\.4 beyond the tolerance\.\n\nFIGURES\n/,
    );
  });

  test('shows large changes as factors, and only a few of them in the conclusion', async () => {
    const slow = side('slow', 12);
    const said = text.render(inputOf(await compareRuns(side('1.11.0', 1), slow)));
    expect(said).toMatch(/join_time\.p95: ×12 \(×1[12] … ×1[23]\)/);
    expect(said).toMatch(/✗ {2}join_time\.p95 .* ×12 +×1[12] … ×1[23]/);
  });

  test('stays within 100 columns', () => {
    for (const line of text.render(inputOf(worse, same)).split('\n'))
      expect(line.length).toBeLessThanOrEqual(100);
  });
});

test('JSON has every figure with its values, its change and its interval', () => {
  const result = JSON.parse(json.render(inputOf(worse, same)));
  expect(result).toMatchObject({
    schema: 'livekit-swarm/comparison/1',
    verdict: 'regression',
    exitCode: 99,
    interrupted: false,
  });
  expect(result.comparisons.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
    'regression',
    'no_difference',
  ]);
  const figure = result.comparisons[0].figures.find(
    (one: { figure: string }) => one.figure === 'join_time.p95',
  );
  expect(figure).toMatchObject({
    verdict: 'worse',
    unit: 'ms',
    better: 'lower',
    hasThreshold: true,
    tolerance: { relative: 0.1, absolute: 20 },
    base: {
      values: [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)],
    },
    chance: expect.closeTo(1 / 70, 3),
  });
  expect(figure.change.relative).toBeCloseTo(1, 1);
  expect(figure.interval.relativeFrom).toBeLessThan(figure.change.relative);
});

describe('the published schema', () => {
  const PUBLISHED = new URL('../../schema/comparison.schema.json', import.meta.url);
  const problemsOf = (schema: object, input: ComparisonInput): unknown[] => {
    const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
      schema,
    );
    validate(JSON.parse(json.render(input)));
    return validate.errors ?? [];
  };

  test('is generated from the code ("npm run docs" writes it again)', () => {
    expect(readFileSync(PUBLISHED, 'utf8')).toBe(
      `${JSON.stringify(comparisonJsonSchema(), null, 2)}\n`,
    );
  });

  test('takes every comparison, and leaves nothing of it undescribed', async () => {
    const open = await compareRuns(
      { name: 'a', runs: side('a', 1).runs.slice(0, 1) },
      { name: 'b', runs: [] },
    );
    for (const input of [
      inputOf(worse, same),
      inputOf(open),
      { ...inputOf(), interrupted: true },
    ]) {
      expect(problemsOf(comparisonJsonSchema(), input)).toEqual([]);
      expect(problemsOf(strictComparisonJsonSchema(), input)).toEqual([]);
    }
  });
});

describe('a run with a baseline', () => {
  const withBaseline = (comparison: Comparison): ReportInput => {
    const report = passedReport();
    return {
      ...report,
      decision: decideWithBaseline(report.decision, comparison),
      comparison,
    };
  };

  test('fails where a figure got worse, in every report', () => {
    const report = withBaseline(worse);
    expect(report.decision).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(renderText(report)).toMatch(
      /^✗ FAILED \(exit 99\)[\s\S]*BASELINE {2}✗ regression against 1\.11\.0\n[\s\S]*✗ {2}join_time\.p95/,
    );
    expect(JSON.parse(renderJson([report]))).toMatchObject({
      verdict: 'failed',
      exitCode: 99,
      comparison: { verdict: 'regression' },
    });
    expect(renderMarkdown([report])).toContain(
      '### ✗ regression: a \\| b &lt;i&gt; against 1.11.0',
    );
    expect(renderJunit([report])).toMatch(
      /<testcase name="baseline"[^>]*>\s*<failure message="✗ regression/,
    );
  });

  test('passes where none did', () => {
    const report = withBaseline(same);
    expect(report.decision).toEqual(passedReport().decision);
    expect(renderText(report)).toContain('BASELINE  ✓ no difference against 1.11.0\n');
  });

  test('has not passed with an inconclusive comparison, and keeps a worse verdict', () => {
    const decide = (
      verdict: Comparison['verdict'],
      exitCode: 0 | 3 | 98 | 99 | 130,
      own: 'passed' | 'failed' | 'inconclusive',
    ) => {
      const { decision } = passedReport();
      const result = decideWithBaseline(
        { ...decision, verdict: own, exitCode },
        { ...same, verdict },
      );
      return [result.verdict, result.exitCode];
    };
    expect(decide('inconclusive', 0, 'passed')).toEqual(['inconclusive', 98]);
    expect(decide('inconclusive', 99, 'failed')).toEqual(['failed', 99]);
    expect(decide('regression', 98, 'inconclusive')).toEqual(['inconclusive', 98]);
    expect(decide('regression', 3, 'failed')).toEqual(['failed', 3]);
    expect(decide('regression', 130, 'passed')).toEqual(['failed', 130]);
    expect(decide('improvement', 0, 'passed')).toEqual(['passed', 0]);
  });
});

test('Markdown renders as tables, and nothing of a name becomes markup', () => {
  const html = marked.parse(markdown.render(inputOf(worse)), { gfm: true, async: false });
  expect(html).toContain('<h3>✗ regression: a | b &lt;i&gt; against 1.11.0, 4 runs each</h3>');
  expect(html).toMatch(
    /<td align="left"><code>join_time\.p95<\/code><\/td>\s*<td align="right">1\d\d ms/,
  );
  expect(html).not.toContain('<i>');
  expect(html).toContain('<details>');
});

describe('JUnit XML, read by another tool', () => {
  const readBack = (input: ComparisonInput) => {
    const file = join(dir, 'junit.xml');
    writeFileSync(file, junit.render(input));
    return parse({ type: 'junit', files: [file] }) as {
      status: string;
      suites: {
        name: string;
        failed: number;
        errors: number;
        cases: { name: string; status: string; failure: string }[];
      }[];
    };
  };

  test('fails for each figure that is worse, and for the verdict', () => {
    const { status, suites } = readBack(inputOf(worse, same));
    expect(status).toBe('FAIL');
    expect(suites.map(({ name, failed }) => [name, failed])).toEqual([
      ['swarm: a | b <i> against 1.11.0', 3],
      ['swarm: 1.13.4 against 1.11.0', 0],
    ]);
    const failed = suites[0]?.cases.filter((one) => one.status === 'FAIL').map(({ name }) => name);
    expect(failed).toEqual(['verdict', 'join_time.p95', 'join_time.p50']);
  });

  test('is an error when inconclusive', async () => {
    const open = await compareRuns(
      { name: 'a', runs: side('a', 1).runs.slice(0, 1) },
      { name: 'b', runs: [] },
    );
    expect(readBack(inputOf(open)).suites[0]).toMatchObject({ failed: 0, errors: 1 });
  });
});

test('a session that ended early is reported, and has not passed', () => {
  const problem = {
    scenario: 'swarm',
    verdict: 'failed',
    exitCode: 3,
    reason: 'server_ended',
    message: 'it would not start',
    hint: null,
  } as const;
  const input: ComparisonInput = { ...inputOf(same), problem };
  expect(exitCodeOfComparisons(input)).toBe(3);
  expect(text.render(input)).toContain('The session ended early: it would not start');
  expect(markdown.render(input)).toContain('The session ended early: it would not start');
  expect(JSON.parse(json.render({ ...input, comparisons: [] }))).toMatchObject({
    verdict: 'inconclusive',
    exitCode: 3,
    error: { code: 'server_ended', message: 'it would not start' },
  });
  expect(junit.render(input)).toContain('errors="1"');
});

test('the most severe of several decides, an interruption first', () => {
  expect(exitCodeOfComparisons(inputOf(same, same))).toBe(0);
  expect(exitCodeOfComparisons(inputOf(same, worse))).toBe(99);
  expect(exitCodeOfComparisons({ ...inputOf(worse), interrupted: true })).toBe(130);
});
