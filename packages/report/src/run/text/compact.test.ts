import { stripVTControlCharacters } from 'node:util';
import { MetricSet } from '@livekit-swarm/metrics';
import {
  failedReport,
  hostsReport,
  inconclusiveReport,
  passedReport,
  quietReport,
  stagedReport,
} from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import type { ReportInput } from '../report-input.ts';
import { renderCompact } from './compact.ts';
import { renderText } from './text.ts';

const linesOf = (input: ReportInput): string[] => renderCompact(input).trimEnd().split('\n');

/** A run that passed, with a number of notes and one more: the host was busy. */
const noted = (count: number): ReportInput => {
  const run = passedReport();
  const pushes = Array.from({ length: count }, (_, index) => ({
    ...{ code: 'metrics_not_pushed' as const, output: 'otlp' as const },
    ...{ url: `http://10.0.0.${index}:4318`, delivered: 10, rejected: 2, lost: 1, detail: null },
  }));
  const busy = { code: 'host_busy' as const, otherCores: 1.8, cores: 2, programs: ['node'] };
  return { ...run, summary: { ...run.summary, notes: [...pushes, busy] } };
};

/** A run of many groups, all with audio, whose description and table are long. */
const grouped = (input: ReportInput, count: number): ReportInput => {
  const { scenario, traffic } = input.summary;
  const groups = Array.from({ length: count }, (_, index) =>
    scenario.groups.map((group) => ({ ...group, name: `meetings-of-the-department-${index}` })),
  ).flat();
  const rows = Array.from({ length: count }, () => traffic).flat();
  return {
    ...input,
    summary: { ...input.summary, scenario: { ...scenario, groups }, traffic: rows },
  };
};

describe('the compact summary of a run that passed', () => {
  it('is as in golden/', async () => {
    await expect(renderCompact(passedReport())).toMatchFileSnapshot('../golden/compact.txt');
  });

  it.each([
    ['plain', passedReport()],
    ['without media', quietReport()],
    ['with a note', noted(0)],
    ['with many notes', noted(40)],
    ...[1, 2, 3, 4, 5, 6, 8, 40].flatMap((count): [string, ReportInput][] => [
      [`with ${count} groups`, grouped(noted(0), count)],
      [`with ${count} groups and many notes`, grouped(noted(40), count)],
    ]),
  ])('has at most 25 lines of 100 columns: %s', (_name, input) => {
    const lines = linesOf(input);
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(lines.filter((line) => line.length > 100 && !line.includes('/record.ndjson'))).toEqual(
      [],
    );
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  it('shows first that the host was busy, and how many notes there is no space for', () => {
    const text = renderCompact(noted(40));
    expect(text.indexOf('Other programs used 1.8 of 2 cores')).toBeGreaterThan(0);
    expect(text.indexOf('Other programs used')).toBeLessThan(text.indexOf('pushes of metrics'));
    expect(text).toMatch(/· \d+ more notes: swarm report\n/);
  });

  it('shows verdict, load, thresholds, joins, media, server and where everything is', () => {
    const text = renderCompact(passedReport());
    expect(text).toMatch(/^✓ PASSED \(exit 0\) {2}embedded livekit-server .*20 rooms/);
    expect(text).toMatch(
      /thresholds +9 of 9 met; nearest to its limit: jitter: p\(95\)<30, 2\.46 ms/,
    );
    expect(text).toMatch(/joins +40 of 40 joined, 0 failed/);
    expect(text).toMatch(/join time +p50 79\.9 ms, p95 105 ms, max 105 ms/);
    expect(text).toMatch(/generator +healthy/);
    expect(text).toMatch(/↓ audio +40 /);
    expect(text).toMatch(
      /\nRECORD {2}runs\/\S+record\.ndjson {2}\(run k3x9\)\nNEXT {4}swarm report runs\//,
    );
  });

  it('shows conversations with voice agents', () => {
    const run = passedReport();
    const metrics = new MetricSet();
    metrics.rate('agents_lost', {}, 0, 20);
    metrics.rate('agent_turns_unanswered', {}, 2, 80);
    metrics.trend('agent_response_time', {}).add(800);
    const spoken = { ...run, summary: { ...run.summary, metrics } };
    const text = renderCompact(spoken).replaceAll(/\s+/g, ' ');
    expect(text).toContain(' agents callers without an agent 0 of 20 · ');
    expect(text).toContain(' turns without an answer 2 of 80 · answered after p50 ');
    expect(linesOf(spoken).length).toBeLessThanOrEqual(25);
  });

  it('has the same text with colours, and a link of the record where it is given one', () => {
    const run = passedReport();
    expect(stripVTControlCharacters(renderCompact(run, { color: true }))).toBe(renderCompact(run));
    const linked = renderCompact(run, { link: (path) => `<${path}>` });
    expect(linked).toMatch(/RECORD {2}<runs\/\S+record\.ndjson>/);
    expect(renderText(run, { link: (path) => `<${path}>` })).toMatch(/RECORD {2}<runs\//);
  });

  it('shows control characters of a path, but does not obey them', () => {
    const run = {
      ...passedReport(),
      recordPath: 'runs/\u001b]8;;http://evil/\u001b\\x/record.ndjson',
    };
    expect(renderCompact(run)).not.toContain('\u001b');
  });
});

it.each([
  ['failed', failedReport()],
  ['inconclusive', inconclusiveReport()],
])('a run that %s is shown in full', (_name, input) => {
  expect(renderCompact(input)).toBe(renderText(input));
});

it.each([
  ['stages', stagedReport()],
  ['hosts', hostsReport()],
])('a run with %s is shown in full unless it passed', (_name, input) => {
  const isShort = input.decision.verdict === 'passed' && input.decision.exitCode === 0;
  expect(renderCompact(input) === renderText(input)).toBe(!isShort);
});
