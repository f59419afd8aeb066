import { parseThreshold, Sketch } from '@livekit-swarm/metrics';
import { emptySeries, type RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, onHosts, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { createSummary } from '../summary/summarize.ts';
import type { Summary } from '../summary/summary.ts';
import { resolveThresholds } from './default-thresholds.ts';
import { decideVerdict, type VerdictDecision } from './verdict.ts';

const judge = (
  lines: RecordLine[],
  thresholds: string[] = [],
): VerdictDecision & { summary: Summary } => {
  const fold = createSummary(thresholds.map(parseThreshold));
  for (const line of lines) fold.add(line);
  const summary = fold.result();
  const resolved = resolveThresholds(summary.scenario, thresholds.map(parseThreshold));
  return { ...decideVerdict(summary, resolved), summary };
};

/** Run of 40 participants that join simultaneously or at a steady rate. */
const run = (joinRate: number): RecordLine[] => onHosts(recordOf(specOf({ rooms: 20, joinRate })));

/** Sets the start lateness of each shard in its first sample, ms. */
const beginning = (lines: RecordLine[], ...latenesses: number[]): RecordLine[] =>
  altered(lines, (line) => {
    if (line.type !== 'sample' || line.at !== 1_000) return line;
    const startLatenessMs = latenesses[line.shard] ?? 0;
    return { ...line, generator: { ...line.generator, startLatenessMs } };
  });

const readings = (...lines: Omit<Extract<RecordLine, { type: 'clock' }>, 'type'>[]) =>
  lines.map((line): RecordLine => ({ type: 'clock', ...line }));

/** Inserts clock readings after the lines of the hosts. */
const withReadings = (lines: RecordLine[], more: RecordLine[]): RecordLine[] => {
  const first = lines.findIndex(({ type }) => type === 'sample');
  return [...lines.slice(0, first), ...more, ...lines.slice(first)];
};

const SPIKE = 5_000;
const STEADY = 20;

describe('the start of a host', () => {
  it('is shown with its skew: lateness and uncertainty', () => {
    const { summary, verdict } = judge(beginning(run(SPIKE), 1.5, 4));
    expect(verdict).toBe('passed');
    expect(summary.hosts.map(({ startSkewMs }) => startSkewMs)).toEqual([1.71, 4.21]);
  });

  it('leaves thresholds on spikes unjudged if it is late, and names the host', () => {
    const { verdict, reasons, thresholds } = judge(beginning(run(SPIKE), 2, 300));
    expect(verdict).toBe('inconclusive');
    const doubt = { code: 'start_skew', host: 'load-2', value: expect.closeTo(300, 0), limit: 50 };
    expect(reasons).toEqual(
      ['join_failures', 'join_time'].map((metric) => ({
        code: 'threshold_not_judged',
        result: expect.objectContaining({ metric, ok: null, doubt }),
        doubt,
      })),
    );
    expect(thresholds.filter(({ ok }) => ok === true).length).toBeGreaterThan(3);
  });

  it('does not matter if it is late and participants arrive at a steady rate', () => {
    expect(judge(beginning(run(STEADY), 2, 300)).verdict).toBe('passed');
  });

  it('does not matter for a window without a spike', () => {
    const { thresholds } = judge(beginning(run(SPIKE), 2, 300), [
      'join_time@10s..20s: p(95)<2000',
      'join_time@0s..5s: p(95)<2000',
    ]);
    const of = (name: string) => thresholds.find(({ metric }) => metric === name);
    expect(of('join_time@10s..20s')).toMatchObject({ doubt: null });
    expect(of('join_time@0s..5s')).toMatchObject({ ok: null, doubt: { code: 'start_skew' } });
  });

  it('is doubted if the clock of the host is not known well enough', () => {
    const lines = altered(run(SPIKE), (line) =>
      line.type === 'host' && line.host === 'load-1' ? { ...line, clockUncertaintyMs: 60 } : line,
    );
    expect(judge(beginning(lines, 1, 1)).reasons).toContainEqual(
      expect.objectContaining({ code: 'threshold_not_judged' }),
    );
  });

  it('does not concern thresholds without a relation to arrivals', () => {
    const lossy = altered(run(SPIKE), (line) =>
      line.type === 'sample'
        ? { ...line, series: line.series.map((one) => ({ ...one, lost: 30 })) }
        : line,
    );
    expect(judge(beginning(lossy, 2, 300)).verdict).toBe('failed');
  });
});

describe('the clock of a host', () => {
  it('is shown with its drift', () => {
    const agent = 'load-2-3785ff';
    const drift = readings(
      { at: 10_000, agent, correctionMs: 0.4, uncertaintyMs: 0.5 },
      { at: 20_000, agent, correctionMs: 0.9, uncertaintyMs: 0.3 },
    );
    const { summary } = judge(withReadings(run(STEADY), drift));
    expect(summary.hosts.map(({ clock }) => clock)).toEqual([
      { offsetMs: -3, uncertaintyMs: 0.21, driftMs: 0, stepMs: 0 },
      { offsetMs: -2, uncertaintyMs: 0.5, driftMs: 0.9, stepMs: 0 },
    ]);
  });

  it('is uncertain by the size of its steps, and a note names the host', () => {
    const agent = 'load-2-3785ff';
    const step = readings({ at: 500, agent, correctionMs: 0, uncertaintyMs: 0.2, stepMs: -90 });
    const lines = withReadings(run(STEADY), step);
    const { summary, reasons } = judge(betweenHosts(lines, 1, 8));
    expect(summary.hosts[1]?.clock).toMatchObject({ stepMs: 90 });
    expect(reasons).toMatchObject([
      { code: 'threshold_not_judged', doubt: { code: 'clock_uncertainty', limit: 40 } },
    ]);
    expect(summary.notes).toContainEqual({
      ...{ code: 'shared_clock_stepped', at: 500, host: 'load-2', stepMs: -90 },
    });
  });

  it.each([-90_000, 40_000])(
    'that is wrong by %d ms may have caused rejected tokens and certificates, and is named with its host',
    (offsetMs) => {
      for (const reason of ['unauthorized', 'tls']) {
        const { verdict, exitCode, health } = judge(rejected(reason, withOffset(offsetMs)));
        expect({ verdict, exitCode }).toEqual({ verdict: 'inconclusive', exitCode: 98 });
        expect(health).toEqual([
          {
            ...{ code: 'clock_wrong', host: 'load-2', offsetMs },
            ...{ value: Math.abs(offsetMs), limit: 30_000 },
          },
        ]);
      }
    },
  );

  it('explains no other rejection if it is wrong, and no rejection if it is right', () => {
    expect(judge(rejected('server_full', withOffset(-90_000)))).toMatchObject({
      ...{ verdict: 'failed', health: [] },
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'joins_rejected' })]),
    });
    for (const offsetMs of [-30_000, 29_999])
      expect(judge(rejected('unauthorized', withOffset(offsetMs)))).toMatchObject({
        ...{ verdict: 'failed', health: [] },
        reasons: expect.arrayContaining([expect.objectContaining({ code: 'joins_rejected' })]),
      });
  });

  it('does not matter if it is wrong and no token was rejected', () => {
    expect(judge(withOffset(-90_000))).toMatchObject({ verdict: 'passed', health: [] });
  });
});

/** Run in which the clock of the second host has an offset from that of the run, ms. */
const withOffset = (offsetMs: number): RecordLine[] =>
  altered(run(STEADY), (line) =>
    line.type === 'host' && line.host === 'load-2' ? { ...line, clockOffsetMs: offsetMs } : line,
  );

/** Run in which all participants of the second host were rejected. */
const rejected = (reason: string, lines: RecordLine[]): RecordLine[] => {
  const there = new Set(
    lines.flatMap((line) =>
      line.type === 'participant' && line.shard === 1 ? [line.identity] : [],
    ),
  );
  return altered(lines, (line) => {
    if (line.type === 'event' && there.has(line.identity ?? '')) return null;
    return line.type === 'participant' && line.shard === 1
      ? { ...line, outcome: 'join_failed', reason, joinTimeMs: null, tracks: [] }
      : line;
  });
};

/** Run in which a share of the latencies was measured between hosts, with a given latency, ms. */
const betweenHosts = (lines: RecordLine[], part: number, ms: number): RecordLine[] =>
  altered(lines, (line) => {
    if (line.type !== 'sample') return line;
    const there = line.shard === 0 ? 'load-2-3785ff' : 'load-1-3785ff';
    return {
      ...line,
      series: line.series.flatMap((one) => {
        if (one.labels.direction === 'up') return [one];
        const [here, across] = [new Sketch(), new Sketch()];
        if (part < 1) here.add(5, 100 * (1 - part));
        across.add(ms, 100 * part);
        return [
          { ...one, latency: here.toBins() },
          { ...emptySeries(one.labels), publishersOn: [there], latency: across.toBins() },
        ];
      }),
    };
  });

const withUncertainty = (lines: RecordLine[], ...ms: number[]): RecordLine[] =>
  altered(lines, (line) =>
    line.type === 'host' ? { ...line, clockUncertaintyMs: ms[line.shards[0] ?? 0] ?? 0 } : line,
  );

const latencyOf = ({ thresholds }: VerdictDecision) =>
  thresholds.find(({ metric }) => metric === 'media_latency');

describe('latency between hosts', () => {
  it('is judged like any other if the clocks are known, and shows its uncertainty', () => {
    const decision = judge(withUncertainty(betweenHosts(run(STEADY), 0.5, 9), 0.2, 0.3));
    expect(decision.verdict).toBe('passed');
    expect(latencyOf(decision)).toMatchObject({
      ok: true,
      value: expect.closeTo(9, 0),
      excluded: null,
      uncertainty: expect.closeTo(0.5, 0),
    });
    const [, down] = decision.summary.traffic;
    expect(down?.latencyUncertaintyMs).toBeGreaterThanOrEqual(0.5);
    expect(down?.latencyUncertaintyMs).toBeLessThan(0.63);
    expect(down?.packets).toBe(judge(run(STEADY)).summary.traffic[1]?.packets);
  });

  it('is left out if the clocks are unknown, and the rest is judged', () => {
    const decision = judge(withUncertainty(betweenHosts(run(STEADY), 0.25, 900), 20, 30));
    expect(decision.verdict).toBe('passed');
    expect(latencyOf(decision)).toMatchObject({
      ok: true,
      value: expect.closeTo(5, 0),
      uncertainty: 0,
      excluded: { share: expect.closeTo(0.25, 2), allowedMs: 40 },
    });
  });

  it('is not judged if the clocks are unknown and no other values exist', () => {
    const decision = judge(withUncertainty(betweenHosts(run(STEADY), 1, 9), 20, 30));
    expect(decision.verdict).toBe('inconclusive');
    const doubt = { code: 'clock_uncertainty', value: 55.5, limit: 40 };
    expect(latencyOf(decision)).toMatchObject({ ok: null, value: expect.closeTo(9, 0), doubt });
    expect(decision.reasons).toMatchObject([{ code: 'threshold_not_judged', doubt }]);
  });

  it('is judged by the ratio of its limit to the uncertainty of the clocks', () => {
    const lines = withUncertainty(betweenHosts(run(STEADY), 1, 9), 2, 3);
    const decision = judge(lines, ['media_latency: p(95)<200', 'media_latency: p(99)<20']);
    expect(decision.thresholds.filter(({ metric }) => metric === 'media_latency')).toMatchObject([
      { ok: true },
      { ok: null, doubt: { limit: 4 } },
    ]);
  });
});
