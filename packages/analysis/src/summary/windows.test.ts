import type { Window } from '@livekit-swarm/metrics';
import { aggregate, parseThreshold } from '@livekit-swarm/metrics';
import type { EventLine, RecordLine, SampleLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf, seriesOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { resolveThresholds } from '../verdict/default-thresholds.ts';
import type { ThresholdResult } from '../verdict/threshold-result.ts';
import { decideVerdict } from '../verdict/verdict.ts';
import { createSummary } from './summarize.ts';
import type { Summary } from './summary.ts';

const stage = (name: string, fromMs: number, toMs: number): Window => ({
  name,
  fromMs,
  toMs,
  source: 'stage',
  group: 'load',
});

const STAGES = [
  stage('before', 0, 10_000),
  stage('peak', 10_000, 20_000),
  stage('after', 20_000, 30_000),
];

/**
 * Load of ten rooms with two participants each that fill in 380 ms, with three stages of ten
 * seconds.
 */
const staged = recordOf(specOf({ rooms: 10 })).map(
  (line): RecordLine =>
    line.type === 'header'
      ? { ...line, plan: { ...line.plan, windows: [...line.plan.windows, ...STAGES] } }
      : line,
);

const summarize = (lines: RecordLine[], thresholds: string[] = []): Summary => {
  const fold = createSummary(thresholds.map(parseThreshold));
  for (const line of lines) fold.add(line);
  return fold.result();
};

const resultsOf = (lines: RecordLine[], threshold: string): ThresholdResult[] => {
  const summary = summarize(lines, [threshold]);
  return decideVerdict(
    summary,
    resolveThresholds(summary.scenario, [parseThreshold(threshold)]),
  ).thresholds.filter(({ source }) => source === 'user');
};

/** Results of a threshold as `metric value ok`. */
const shown = (lines: RecordLine[], threshold: string): string[] =>
  resultsOf(lines, threshold).map(({ metric, value, ok }) => `${metric} ${value} ${ok}`);

const withSamples = (
  lines: RecordLine[],
  change: (line: SampleLine) => Partial<SampleLine>,
): RecordLine[] =>
  altered(lines, (line) => (line.type === 'sample' ? { ...line, ...change(line) } : line));

/** Run that loses half of its packets from the 11th second to the 20th. */
const lossyPeak = withSamples(staged, ({ at, series }) => ({
  series:
    at > 10_000 && at <= 20_000 ? series.map((one) => ({ ...one, lost: one.packets })) : series,
}));

const event = (name: EventLine['event'], at: number, more: Partial<EventLine> = {}): EventLine => ({
  type: 'event',
  at,
  event: name,
  identity: 'k3x9-1-p1',
  group: 'load',
  room: 'swarm-k3x9-1',
  role: 'publisher',
  ...more,
});

/** Adds events in order of time. */
const with_ = (lines: RecordLine[], ...more: RecordLine[]): RecordLine[] => {
  const at = (line: RecordLine): number =>
    line.type === 'header' ? Number.NEGATIVE_INFINITY : line.type === 'participant' ? 1e9 : line.at;
  return [...lines.slice(0, -1), ...more].sort((a, b) => at(a) - at(b)).concat(lines.slice(-1));
};

describe('a threshold of a window', () => {
  it('is evaluated on the measurements of the window alone', () => {
    expect(shown(lossyPeak, 'packet_loss@peak: rate<0.01')).toEqual(['packet_loss@peak 0.5 false']);
    expect(shown(lossyPeak, 'packet_loss@before: rate<0.01')).toEqual([
      'packet_loss@before 0 true',
    ]);
    expect(shown(lossyPeak, 'packet_loss{kind:audio}@0s..10s: rate<0.01')).toEqual([
      'packet_loss{kind:audio}@0s..10s 0 true',
    ]);
    expect(shown(lossyPeak, 'packet_loss@5s..15s: rate<0.01')).toEqual([
      `packet_loss@5s..15s ${1 / 3} false`,
    ]);
  });

  it('may refer to the joining phase or to the steady state', () => {
    expect(shown(staged, 'join_time@joining: count>0')).toEqual(['join_time@joining 20 true']);
    expect(shown(staged, 'packet_loss@steady: rate<0.01')).toEqual(['packet_loss@steady 0 true']);
  });

  it('has one result for each stage with @*', () => {
    expect(shown(lossyPeak, 'packet_loss@*: rate<0.01')).toEqual([
      'packet_loss@before 0 true',
      'packet_loss@peak 0.5 false',
      'packet_loss@after 0 true',
    ]);
    expect(
      resultsOf(lossyPeak, 'packet_loss@*: rate<0.01').map(({ window }) => window?.fromMs),
    ).toEqual([0, 10_000, 20_000]);
  });

  it('on joins leaves out stages without scheduled joins', () => {
    expect(shown(staged, 'join_time@*: p(95)<2s')).toEqual(['join_time@before 105 true']);
    expect(shown(staged, 'join_failures@*: rate==0')).toEqual(['join_failures@before 0 true']);
  });

  it('is neither met nor crossed if nothing was measured, and then the run does not pass', () => {
    const silent = withSamples(staged, ({ at, series }) => ({ series: at > 20_000 ? [] : series }));
    expect(shown(silent, 'packet_loss@*: rate<0.01').at(-1)).toBe('packet_loss@after null null');
    const summary = summarize(silent, ['packet_loss@*: rate<0.01']);
    expect(
      decideVerdict(
        summary,
        resolveThresholds(summary.scenario, [parseThreshold('packet_loss@*: rate<0.01')]),
      ),
    ).toMatchObject({
      verdict: 'inconclusive',
      exitCode: 98,
      reasons: [
        {
          code: 'threshold_not_measured',
          result: { metric: 'packet_loss@after', expression: 'rate<0.01' },
          cause: 'nothing_measured',
        },
      ],
    });
  });

  it.each([
    ['packet_loss@peek: rate<1', 'packet_loss@peek', 'no_window'],
    ['packet_loss@2h..3h: rate<1', 'packet_loss@7200s..10800s', 'nothing_measured'],
  ])('%s has a reason why it was not measured', (text, metric, cause) => {
    const summary = summarize(staged, [text]);
    expect(
      decideVerdict(summary, resolveThresholds(summary.scenario, [parseThreshold(text)])).reasons,
    ).toMatchObject([
      { code: 'threshold_not_measured', result: { metric, expression: 'rate<1' }, cause },
    ]);
  });

  it('has a reason if there are no stages', () => {
    const lines = recordOf(specOf({ rooms: 2 }));
    const summary = summarize(lines);
    expect(
      decideVerdict(
        summary,
        resolveThresholds(summary.scenario, [parseThreshold('packet_loss@*: rate<1')]),
      ).reasons,
    ).toMatchObject([
      { code: 'threshold_not_measured', result: { metric: 'packet_loss@*' }, cause: 'no_stage' },
    ]);
  });
});

describe('an event', () => {
  it('counts as a join in the window of its scheduled join, however late', () => {
    const late = event('joined', 15_000, {
      identity: 'k3x9-late',
      phases: { started: 1, signal: 5_000, ice: 5_500, joined: 6_000 },
    });
    const lines = with_(staged, late);
    expect(shown(lines, 'join_time@before: max<2s')).toEqual(['join_time@before 6000 false']);
    expect(shown(lines, 'join_time@*: count>0')).toEqual(['join_time@before 21 true']);
  });

  it('counts as a failed join in the window of its scheduled join', () => {
    const failed = event('join_failed', 24_000, {
      identity: 'k3x9-late',
      durationMs: 8_000,
      reason: 'timeout',
    });
    expect(shown(with_(staged, failed), 'join_failures@*: rate==0')).toEqual([
      'join_failures@before 0 true',
      'join_failures@peak 1 false',
    ]);
  });

  it('counts as a disconnection in its own window, as a share of the connected participants', () => {
    const lines = altered(
      with_(staged, event('disconnected', 15_000, { reason: 'kicked' })),
      (line) =>
        line.type === 'participant' && line.identity === 'k3x9-1-p1'
          ? { ...line, outcome: 'disconnected' }
          : line,
    );
    expect(shown(lines, 'disconnects@*: rate==0')).toEqual([
      'disconnects@before 0 true',
      'disconnects@peak 0.05 false',
      'disconnects@after 0 true',
    ]);
    // Nineteen participants were connected.
    const after = summarize(lines).windows.find(({ window }) => window.name === 'after');
    expect(after?.metrics.measure('disconnects')).toEqual({ type: 'rate', hits: 0, total: 19 });
  });

  it('does not count as a disconnection if the connection recovered', () => {
    const lines = with_(
      staged,
      event('disconnected', 12_000),
      event('reconnected', 13_000, { durationMs: 1_000 }),
    );
    expect(shown(lines, 'disconnects@peak: rate==0')).toEqual(['disconnects@peak 0 true']);
    expect(shown(lines, 'reconnect_time@peak: max<5s')).toEqual(['reconnect_time@peak 1000 true']);
    expect(shown(lines, 'reconnects@after: count==0')).toEqual(['reconnects@after 0 true']);
  });
});

describe('a summary', () => {
  it('has metrics of each window of the plan in order, and of windows that thresholds name', () => {
    const { windows } = summarize(staged, ['jitter@5s..8s: p(95)<30', 'jitter@5s..8s: p(99)<30']);
    expect(windows.map(({ window }) => window.name)).toEqual([
      'joining',
      'before',
      'steady',
      '5s..8s',
      'peak',
      'after',
    ]);
  });

  it('counts per second of the window', () => {
    const rates = summarize(staged).windows.map(({ window, metrics }) => [
      window.name,
      aggregate(metrics.measure('packets_received'), { type: 'rate' }),
    ]);
    // 20 participants × 50 packets; the joining phase contains no whole second, so it has no value.
    expect(rates).toEqual([
      ['joining', undefined],
      ['before', 1_000],
      ['steady', 1_000],
      ['peak', 1_000],
      ['after', 1_000],
    ]);
  });

  it('has metrics of the generator in windows', () => {
    const busy = withSamples(staged, ({ at, generator }) => ({
      generator: {
        ...generator,
        lateSends: at > 10_000 && at <= 20_000 ? 50 : 0,
        cpuCores: at <= 10_000 ? 0.25 : 0.5,
      },
    }));
    expect(shown(busy, 'late_sends@*: rate<0.01')).toEqual([
      'late_sends@before 0 true',
      'late_sends@peak 0.1 false',
      'late_sends@after 0 true',
    ]);
    expect(shown(busy, 'cpu_cores@before: max<1')).toEqual(['cpu_cores@before 0.5 true']);
  });

  it('counts only the group of a threshold on a group', () => {
    const groups = withSamples(staged, () => ({
      series: [
        seriesOf('down', 'audio', 'publisher', 1),
        {
          ...seriesOf('down', 'audio', 'publisher', 1),
          labels: { ...seriesOf('down', 'audio', 'publisher', 1).labels, group: 'other' },
          lost: 50,
        },
      ],
    }));
    expect(shown(groups, 'packet_loss{group:load}: rate<1%')).toEqual([
      'packet_loss{group:load} 0 true',
    ]);
    expect(shown(groups, 'packet_loss{group:other,role:publisher}@peak: rate<1%')).toEqual([
      'packet_loss{group:other,role:publisher}@peak 0.5 false',
    ]);
    expect(shown(groups, 'packet_loss{group:unknown}: rate<1%')).toEqual([
      'packet_loss{group:unknown} null null',
    ]);
  });
});
