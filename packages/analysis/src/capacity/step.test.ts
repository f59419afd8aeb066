import type { RecordLine } from '@livekit-swarm/record';
import { expandPlan, planLoad } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { altered, RUN, recordOfScenario } from '@livekit-swarm/testkit/record-of';
import { withServer } from '@livekit-swarm/testkit/server-lines';
import { describe, expect, test } from 'vitest';
import { createSummary } from '../summary/summarize.ts';
import { resolveThresholds } from '../verdict/default-thresholds.ts';
import { decideVerdict } from '../verdict/verdict.ts';
import type { StepFacts } from './result.ts';
import { factsOfStep, PART, partsOf } from './step.ts';
import type { UtilisationLimit } from './utilisation.ts';

const loadScenario = scenarioOfLoad({ rooms: 4, durationMs: 20_000 });
const plan = expandPlan(loadScenario, RUN);
const steady = plan.windows.find(({ name }) => name === 'steady');
if (steady === undefined) throw new Error('no steady state');
const parts = partsOf(steady);
const scenario = { ...loadScenario, windows: parts };

const factsOf = (
  change: (lines: RecordLine[]) => RecordLine[],
  limits: readonly UtilisationLimit[] = [],
): StepFacts => {
  const fold = createSummary();
  for (const line of change(recordOfScenario(scenario))) fold.add(line);
  const summary = fold.result();
  const decision = decideVerdict(summary, resolveThresholds(summary.scenario));
  const planned = {
    ...planLoad(plan).most(steady.fromMs, steady.toMs),
    publishers: 8,
    subscribers: 8,
  };
  return factsOfStep({ load: 4, repeat: 1, record: null, planned, summary, decision }, limits);
};

const usedCores = (of: (at: number) => number) => (lines: RecordLine[]) =>
  withServer(lines, (at) => ({ a: { cpuCores: of(at) }, b: { cpuCores: 0.1 } }));

const until = (limit: number): UtilisationLimit => ({ resource: 'cpu', limit, share: null });

describe('the steady state of a run', () => {
  test('is divided into parts of equal length, without its first seconds', () => {
    expect(partsOf({ fromMs: 1_000, toMs: 21_000 })).toEqual(
      [0, 1, 2, 3, 4, 5].map((part) => ({
        name: `${PART}${part + 1}`,
        fromMs: 3_000 + 3_000 * part,
        toMs: 6_000 + 3_000 * part,
      })),
    );
    expect(partsOf({ fromMs: 0, toMs: 600_000 })).toHaveLength(8);
    expect(partsOf({ fromMs: 0, toMs: 2_000 })).toHaveLength(1);
  });
});

describe('a run', () => {
  test('that met all thresholds held in all its windows', () => {
    const facts = factsOf(usedCores(() => 0.5));
    expect(facts).toMatchObject({
      outcome: 'held',
      crossings: [],
      evidence: { windows: parts.length, crossed: 0, failedAsAWhole: false, certain: false },
      measured: { busiestNodeCores: 0.5, joined: 8, nodes: 2 },
    });
    expect(facts.measured.cpuCores).toBeCloseTo(0.6, 9);
  });

  test('crossed a utilisation limit in the windows in which a node used more', () => {
    const facts = factsOf(
      usedCores((at) => (at > 12_000 ? 0.9 : 0.3)),
      [until(0.7)],
    );
    expect(facts.evidence?.crossed).toBeGreaterThan(1);
    expect(facts.evidence?.crossed).toBeLessThan(parts.length);
    const all = factsOf(
      usedCores(() => 0.9),
      [until(0.7)],
    );
    expect(all).toMatchObject({
      outcome: 'crossed',
      evidence: { crossed: parts.length },
      crossings: [{ resource: 'cpu', limit: 0.7 }],
    });
  });

  test('with a limit on a resource that was not measured has no result', () => {
    const facts = factsOf((lines) => lines, [until(0.7)]);
    expect(facts).toMatchObject({ outcome: 'inconclusive', evidence: null, impairments: [] });
    expect(facts.reasons).toContain('cpu_not_measured');
  });

  test('crossed a threshold in the windows in which packets were lost', () => {
    const facts = factsOf((lines) =>
      altered(lines, (line) =>
        line.type === 'sample'
          ? {
              ...line,
              series: line.series.map((one) =>
                one.labels.direction === 'down' ? { ...one, lost: one.packets / 4 } : one,
              ),
            }
          : line,
      ),
    );
    expect(facts.outcome).toBe('crossed');
    expect(facts.evidence).toMatchObject({ crossed: parts.length });
  });

  test('with failed joins is exceeded as a whole', () => {
    const facts = factsOf((lines) =>
      altered(lines, (line) =>
        'identity' in line && /-1-/.test(line.identity ?? '')
          ? line.type === 'participant'
            ? {
                ...line,
                outcome: 'join_failed',
                reason: 'server_full',
                joinTimeMs: null,
                tracks: [],
              }
            : null
          : line,
      ),
    );
    expect(facts).toMatchObject({ outcome: 'crossed', evidence: { failedAsAWhole: true } });
  });

  const inPart = (part: number, at: number): boolean =>
    (parts[part]?.fromMs ?? 0) < at && at <= (parts[part]?.toMs ?? 0);

  test('that received nothing in some windows crossed its thresholds in these', () => {
    const facts = factsOf((lines) =>
      altered(lines, (line) =>
        line.type === 'sample' && [1, 2, 3].some((part) => inPart(part, line.at - 500))
          ? { ...line, series: line.series.filter(({ labels }) => labels.direction === 'up') }
          : line,
      ),
    );
    expect(facts.evidence).toMatchObject({ windows: parts.length, crossed: 3 });
  });

  test('has no evidence from windows without samples or utilisation of a node', () => {
    const silent = (line: RecordLine): boolean =>
      'at' in line && [0, 1].some((part) => inPart(part, line.at - 500));
    const withoutAnswers = factsOf(
      (lines) =>
        altered(usedCores(() => 0.3)(lines), (line) =>
          line.type === 'server' && silent(line) ? null : line,
        ),
      [until(0.7)],
    );
    expect(withoutAnswers.evidence).toMatchObject({ windows: parts.length - 2, crossed: 0 });
  });

  test('with an impaired load generator has no result', () => {
    const facts = factsOf((lines) =>
      altered(lines, (line) =>
        line.type === 'sample'
          ? { ...line, generator: { ...line.generator, tickLatenessMs: 900 } }
          : line,
      ),
    );
    expect(facts).toMatchObject({ outcome: 'inconclusive', evidence: null });
    expect(facts.impairments).toContain('tick_lateness');
  });

  test('that was interrupted has no result', () => {
    const facts = factsOf((lines) =>
      altered(lines, (line) => (line.type === 'end' ? { ...line, reason: 'interrupted' } : line)),
    );
    expect(facts).toMatchObject({ outcome: 'interrupted', evidence: null });
  });

  test('in which the server died is certain evidence', () => {
    const facts = factsOf((lines) =>
      altered(lines, (line) => (line.type === 'end' ? { ...line, reason: 'server_died' } : line)),
    );
    expect(facts).toMatchObject({
      outcome: 'crossed',
      serverEnded: true,
      evidence: { certain: true },
    });
  });
});
