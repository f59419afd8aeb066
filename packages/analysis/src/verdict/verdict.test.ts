import { holds, parseThreshold } from '@livekit-swarm/metrics';
import type { EventLine, GeneratorSample, RecordLine } from '@livekit-swarm/record';
import { scenarioOfLoad, specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, generatorOf, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { createSummary } from '../summary/summarize.ts';
import { DEFAULT_THRESHOLDS, resolveThresholds } from './default-thresholds.ts';
import type { HealthFinding } from './health-finding.ts';
import { abortCause, decideVerdict, type VerdictDecision } from './verdict.ts';

const decide = (lines: RecordLine[], thresholds: string[] = []): VerdictDecision => {
  const fold = createSummary();
  for (const line of lines) fold.add(line);
  const summary = fold.result();
  return decideVerdict(
    summary,
    resolveThresholds(summary.scenario, thresholds.map(parseThreshold)),
  );
};

const healthy = recordOf(specOf({ rooms: 10 }));

const withGenerator = (changes: Partial<GeneratorSample>): RecordLine[] =>
  altered(healthy, (line) =>
    line.type === 'sample' ? { ...line, generator: generatorOf(changes) } : line,
  );

/** Lets the joins of all matching participants fail for a reason. */
const rejected = (who: RegExp, reason: string, lines = healthy): RecordLine[] =>
  altered(lines, (line) => {
    if (line.type === 'event' && who.test(line.identity ?? '')) return null;
    return line.type === 'participant' && who.test(line.identity)
      ? { ...line, outcome: 'join_failed', reason, joinTimeMs: null, tracks: [] }
      : line;
  });

const ended = (
  reason: 'interrupted' | 'no_participants_left' | 'server_died',
  lines = healthy,
): RecordLine[] =>
  altered(lines, (line) => (line.type === 'end' ? { ...line, at: 30_000, reason } : line));

describe('decideVerdict', () => {
  it('passes a healthy run', () => {
    const decision = decide(healthy);
    expect(decision).toMatchObject({ verdict: 'passed', exitCode: 0, reasons: [], health: [] });
    expect(decision.thresholds.every(({ ok, source }) => ok === true && source === 'default')).toBe(
      true,
    );
  });

  it('fails if a threshold is crossed, with the measured value', () => {
    const decision = decide(healthy, ['join_time: p(95)<50']);
    expect(decision).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(decision.reasons).toEqual([
      {
        code: 'threshold_crossed',
        result: expect.objectContaining({ metric: 'join_time', value: expect.closeTo(105, 0) }),
        mayBeCausedByGenerator: false,
      },
    ]);
    const crossed = decision.thresholds.filter(({ ok }) => ok === false);
    expect(crossed).toEqual([
      expect.objectContaining({ metric: 'join_time', expression: 'p(95)<50', source: 'user' }),
    ]);
  });

  it('is inconclusive, never passed, if a metric was not measured', () => {
    const decision = decide(healthy, ['reconnect_time: p(95)<5s']);
    expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
    expect(decision.thresholds.at(-1)).toMatchObject({ value: null, ok: null });
    expect(decision.reasons).toEqual([
      {
        code: 'threshold_not_measured',
        result: expect.objectContaining({ metric: 'reconnect_time', expression: 'p(95)<5000' }),
        cause: 'nothing_measured',
      },
    ]);
  });

  it('is inconclusive about an empty run', () => {
    const nothing = altered(healthy, (line) =>
      line.type === 'header' || line.type === 'end' ? line : null,
    );
    expect(decide(nothing)).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
  });

  it('is inconclusive if participants have no result', () => {
    const lines = altered(healthy, (line) =>
      line.type === 'participant' && line.identity === 'k3x9-1-p1' ? null : line,
    );
    expect(decide(lines)).toMatchObject({
      verdict: 'inconclusive',
      reasons: [{ code: 'participants_unaccounted', unaccounted: 1, planned: 20 }],
    });
  });

  it('is inconclusive without any threshold', () => {
    const fold = createSummary();
    for (const line of healthy) fold.add(line);
    expect(decideVerdict(fold.result(), [])).toMatchObject({
      verdict: 'inconclusive',
      reasons: [{ code: 'no_thresholds' }],
    });
  });
});

describe('a generator that lacked CPU', () => {
  const lacking: [Partial<GeneratorSample>, HealthFinding][] = [
    [
      { lateSends: 30 },
      { code: 'late_sends', value: expect.closeTo(0.06, 3), limit: 0.01, count: 1_800 },
    ],
    [
      { tickLatenessMs: 400 },
      { code: 'tick_lateness', value: 1, limit: 0.05, lateMs: 250, maxMs: 400 },
    ],
    [{ eventLoopLagMs: 800 }, { code: 'event_loop_lag', value: 1, limit: 0.1, lagMs: 500 }],
    [{ hostCpuShare: 0.995 }, { code: 'host_saturated', value: 1, limit: 0.5, busy: 0.98 }],
  ];

  it.each(lacking)(
    'with %j passes if it sent the load and every threshold has a margin',
    (changes, finding) => {
      const decision = decide(withGenerator(changes));
      expect(decision).toMatchObject({ verdict: 'passed', exitCode: 0, reasons: [] });
      expect(decision.health).toEqual([finding]);
    },
  );

  it.each(lacking)('with %j is inconclusive otherwise', (changes, finding) => {
    const impaired = withGenerator(changes);
    const inconclusive = (lines: RecordLine[], thresholds: string[] = []): void => {
      const decision = decide(lines, thresholds);
      expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
      expect(decision.health).toContainEqual(finding);
    };
    // Counts to be reached, events that a late generator notices less often, and values without a
    // margin to their limit.
    for (const threshold of [
      'packets_received: count>100',
      'nacks_sent: count<5',
      'media_latency: count<1000000',
      'server_cpu: avg<4',
      'join_time: p(95)<120',
    ])
      inconclusive(impaired, [threshold]);
    // Missing participants and late joins.
    inconclusive(rejected(/^k3x9-1-p1$/, 'timeout', impaired), ['join_failures: rate<0.5']);
    inconclusive(
      altered(impaired, (line) =>
        line.type === 'sample' && line.at === 1_000
          ? { ...line, generator: { ...line.generator, lateJoins: 1 } }
          : line,
      ),
    );
    // A pause of a second or more, in which packets and messages were skipped.
    inconclusive(
      impaired.toSpliced(-1, 0, {
        type: 'event',
        at: 2_000,
        event: 'process_paused',
        shard: 0,
        durationMs: 1_500,
      }),
    );
  });

  it('is inconclusive if packets may have been skipped', () => {
    expect(decide(withGenerator({ lateSends: 20, tickLatenessMs: 400 })).verdict).toBe(
      'inconclusive',
    );
    expect(decide(withGenerator({ lateSends: 3, tickLatenessMs: 400 })).verdict).toBe('passed');
  });

  it('is inconclusive if the load adapts to it', () => {
    const layered = recordOf(specOf({ rooms: 10, publish: ['audio', 'video'], simulcast: true }));
    const late = altered(layered, (line) =>
      line.type === 'sample' ? { ...line, generator: generatorOf({ lateSends: 200 }) } : line,
    );
    expect(decide(late).verdict).toBe('inconclusive');
  });

  /**
   * Run on a busy host on which the threads of the generator waited for a time in each second, ms.
   */
  const busyHost = (longestWaitMs: number, lines = healthy): RecordLine[] =>
    altered(lines, (line) =>
      line.type === 'sample'
        ? {
            ...line,
            generator: {
              ...line.generator,
              hostCpuShare: 0.999,
              scheduling: { runMs: 100, waitMs: longestWaitMs, longestWaitMs },
            },
          }
        : line,
    );

  it('is healthy on a busy host if its threads got the cores that they needed', () => {
    expect(decide(busyHost(20))).toMatchObject({ verdict: 'passed', health: [] });
    expect(decide(busyHost(20), ['join_time: p(95)<50'])).toMatchObject({
      verdict: 'failed',
      exitCode: 99,
    });
    expect(decide(busyHost(20), ['packets_received: count>100'])).toMatchObject({
      verdict: 'passed',
    });
  });

  it('is inconclusive about a crossed threshold on a busy host if its threads waited', () => {
    expect(decide(busyHost(90))).toMatchObject({
      verdict: 'passed',
      health: [{ code: 'host_saturated' }],
    });
    expect(decide(busyHost(90), ['join_time: p(95)<50'])).toMatchObject({
      verdict: 'inconclusive',
    });
  });
});

describe('lost samples', () => {
  const without = (lost: (at: number, shard: number) => boolean): RecordLine[] =>
    altered(healthy, (line) => (line.type === 'sample' && lost(line.at, line.shard) ? null : line));
  const MISSING = { code: 'samples_missing', value: expect.any(Number), limit: 0.02, shard: 1 };

  it.each<[string, RecordLine[]]>([
    ['one second of one worker', without((at, shard) => shard === 1 && at === 12_000)],
    ['the last seconds of one worker', without((at, shard) => shard === 1 && at > 27_000)],
    ['all of one worker', without((_, shard) => shard === 1)],
  ])('%s make a run inconclusive', (_, lines) => {
    const decision = decide(lines);
    expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
    expect(decision.health).toEqual([MISSING]);
  });

  it('are not reported if a busy host took its samples late', () => {
    const late = altered(healthy, (line) => {
      if (line.type !== 'sample') return line;
      const { at } = line;
      // Every third sample is taken 600 ms late, and every tenth is omitted: the next sample covers
      // the time since the previous one.
      const lateness = (second: number): number =>
        second % 3 === 0 && second % 10 !== 9 ? 600 : 0;
      const second = at / 1_000;
      if (second % 10 === 0) return null;
      const before = (second - 1) % 10 === 0 ? second - 2 : second - 1;
      const from = before <= 0 ? 0 : before * 1_000 + lateness(before);
      return { ...line, at: at + lateness(second), intervalMs: at + lateness(second) - from };
    });
    expect(decide(late)).toMatchObject({ verdict: 'passed', health: [] });
  });
});

describe('an impaired generator', () => {
  it.each<[Partial<GeneratorSample>, HealthFinding]>([
    [
      { socketDrops: 10 },
      { code: 'socket_drops', value: expect.closeTo(0.005, 3), limit: 0.0001, count: 600 },
    ],
    [
      { sendErrors: 20 },
      { code: 'send_errors', value: expect.closeTo(0.0099, 3), limit: 0.001, count: 1_200 },
    ],
    [{ stuckThreads: 1 }, { code: 'engine_stuck', value: 1, limit: 0 }],
    [
      { lateJoins: 1 },
      { code: 'late_joins', value: expect.any(Number), limit: 0.05, count: expect.any(Number) },
    ],
  ])('with %j makes the verdict inconclusive', (changes, finding) => {
    const decision = decide(withGenerator(changes));
    expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
    expect(decision.health).toEqual([finding]);
    expect(decision.reasons).toEqual([{ code: 'generator_impaired', finding }]);
  });

  it.each<[string, Omit<EventLine, 'type' | 'at'>[], HealthFinding | null]>([
    [
      'a worker that did not run for five seconds',
      [
        { event: 'process_paused', shard: 1, durationMs: 5_000 },
        { event: 'process_paused', shard: 0, durationMs: 1_500 },
      ],
      { code: 'process_paused', value: 5_000, limit: 2_000, shard: 1, count: 1 },
    ],
    [
      'a generator that was stopped for half a minute',
      [
        { event: 'process_paused', shard: -1, durationMs: 30_000 },
        { event: 'process_paused', shard: 0, durationMs: 30_000 },
        { event: 'process_paused', shard: 1, durationMs: 30_000 },
      ],
      { code: 'process_paused', value: 30_000, limit: 15_000, shard: -1, count: 3 },
    ],
    [
      'a coordinator that waited for its disk, and a worker that did not run',
      [
        { event: 'process_paused', shard: -1, durationMs: 8_000 },
        { event: 'process_paused', shard: 1, durationMs: 2_500 },
      ],
      { code: 'process_paused', value: 2_500, limit: 2_000, shard: 1, count: 1 },
    ],
    [
      'a coordinator that waited for its disk',
      [{ event: 'process_paused', shard: -1, durationMs: 8_000 }],
      null,
    ],
    ['a short pause', [{ event: 'process_paused', shard: 0, durationMs: 1_900 }], null],
    [
      'a host that was suspended, as each process noticed',
      [
        { event: 'host_suspended', shard: -1, durationMs: 60_000 },
        { event: 'host_suspended', shard: 0, durationMs: 60_010 },
      ],
      { code: 'host_suspended', value: 60_010, limit: 250 },
    ],
    [
      'a clock that was set back',
      [
        { event: 'clock_stepped', shard: -1, stepMs: -30_000 },
        { event: 'clock_stepped', shard: 0, stepMs: -29_999 },
      ],
      { code: 'clock_stepped', value: 30_000, limit: 250, stepMs: -30_000 },
    ],
    [
      'a clock that was set forwards',
      [{ event: 'clock_stepped', shard: -1, stepMs: 16_000 }],
      { code: 'clock_stepped', value: 16_000, limit: 250, stepMs: 16_000 },
    ],
  ])('%s is judged by size', (_, events, finding) => {
    const lines: RecordLine[] = [...healthy];
    lines.splice(
      -1,
      0,
      ...events.map((event) => ({ type: 'event' as const, at: 2_000, ...event })),
    );
    const decision = decide(lines);
    expect(decision.health).toEqual(finding === null ? [] : [finding]);
    expect(decision.verdict).toBe(finding === null ? 'passed' : 'inconclusive');
  });

  it('is healthy if it is busy and on time', () => {
    const busy = {
      cpuCores: 1.5,
      hostCpuShare: 0.93,
      eventLoopLagMs: 120,
      tickLatenessMs: 60,
      lateSends: 1,
      socketDrops: 0,
    };
    expect(decide(withGenerator(busy))).toMatchObject({ verdict: 'passed', health: [] });
  });

  it('is healthy with a single pause', () => {
    let first = true;
    const lines = altered(healthy, (line) => {
      if (line.type !== 'sample' || !first) return line;
      first = false;
      return {
        ...line,
        generator: generatorOf({ tickLatenessMs: 900, eventLoopLagMs: 900, hostCpuShare: 1 }),
      };
    });
    expect(decide(lines)).toMatchObject({ verdict: 'passed' });
  });

  it('is healthy with a few late packets, although they are a large share of a short run', () => {
    const tiny = recordOf(specOf({ rooms: 1, participants: 1, durationMs: 1_000 }));
    const late = (count: number): RecordLine[] => {
      let left = count;
      return altered(tiny, (line) => {
        if (line.type !== 'sample') return line;
        const lateSends = left;
        left = 0;
        return { ...line, generator: generatorOf({ lateSends }) };
      });
    };
    expect(decide(late(4))).toMatchObject({ verdict: 'passed', health: [] });
    expect(decide(late(5))).toMatchObject({
      verdict: 'passed',
      health: [{ code: 'late_sends' }],
    });
  });

  it('may have caused crossed thresholds', () => {
    const decision = decide(withGenerator({ lateSends: 50 }), ['join_time: p(95)<50']);
    expect(decision.verdict).toBe('inconclusive');
    expect(decision.reasons.at(-1)).toMatchObject({
      code: 'threshold_crossed',
      result: { metric: 'join_time' },
      mayBeCausedByGenerator: true,
    });
  });

  it('makes the run inconclusive if a worker died', () => {
    const lines: RecordLine[] = [
      ...healthy,
      { type: 'event', at: 1_000, event: 'process_died', shard: 0 },
    ];
    const decision = decide(lines);
    expect(decision).toMatchObject({ verdict: 'inconclusive', health: [{ code: 'process_died' }] });
    expect(decision.reasons[0]).toEqual({
      code: 'generator_impaired',
      finding: { code: 'process_died', value: 1, limit: 0, processes: 2 },
    });
  });

  it.each(['dns_failed', 'no_route', 'no_socket'] as const)(
    'whose host kept participants from joining (%s) makes it inconclusive, also when none joined',
    (reason) => {
      const decision = decide(ended('no_participants_left', rejected(/./, reason)));
      expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
      expect(decision.health).toContainEqual({ code: reason, value: expect.any(Number), limit: 0 });
    },
  );

  it('makes the run inconclusive after a defect of its media engine, whatever the effects', () => {
    const lines = altered(healthy, (line) =>
      line.type === 'participant' && /-[12]-/.test(line.identity)
        ? { ...line, outcome: 'disconnected', reason: 'internal_error' }
        : line,
    );
    const decision = decide(lines);
    expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
    expect(decision.health).toEqual([{ code: 'engine_error', value: 4, limit: 0 }]);
    expect(decision.reasons.at(-1)).toMatchObject({
      code: 'threshold_crossed',
      mayBeCausedByGenerator: true,
    });
  });

  it('is reported if its kernel rejected packets, even if the server disconnected participants', () => {
    const lines = altered(withGenerator({ sendErrors: 20 }), (line) =>
      line.type === 'participant' && /-1-/.test(line.identity)
        ? { ...line, outcome: 'disconnected', reason: 'ice_disconnected' }
        : line,
    );
    expect(decide(lines)).toMatchObject({
      verdict: 'inconclusive',
      health: [{ code: 'send_errors' }],
    });
  });

  it('cannot have caused joins that the server rejected', () => {
    const lines = rejected(/^k3x9-[12]-/, 'server_full', withGenerator({ lateSends: 50 }));
    const decision = decide(lines);
    expect(decision).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(decision.reasons[0]).toEqual({
      code: 'joins_rejected',
      rejected: 4,
      attempted: 20,
      byReason: [{ reason: 'server_full', count: 4 }],
    });
  });

  it('cannot have caused a proxy without a server, but may have caused a proxy to block it', () => {
    const impaired = withGenerator({ lateSends: 50 });
    const outage = decide(rejected(/^k3x9-[12]-/, 'bad_gateway', impaired));
    expect(outage).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(outage.reasons[0]).toMatchObject({
      code: 'joins_rejected',
      byReason: [{ reason: 'bad_gateway', count: 4 }],
    });
    for (const reason of ['blocked', 'bot_check', 'rate_limited'])
      expect(decide(rejected(/^k3x9-[12]-/, reason, impaired)).verdict).toBe('inconclusive');
  });

  it.each<[string, Omit<EventLine, 'type' | 'at'>]>([
    ['was set', { event: 'clock_stepped', stepMs: 90_000 }],
    ['lost time while its host was suspended', { event: 'host_suspended', durationMs: 720_000 }],
  ])('whose clock %s may have caused that its tokens and certificates were refused', (_, event) => {
    const disturbed: RecordLine[] = [...healthy];
    disturbed.splice(-1, 0, { type: 'event', at: 2_000, ...event });
    for (const who of [/^k3x9-[1-5]-/, /./])
      for (const reason of ['unauthorized', 'tls']) {
        const decision = decide(rejected(who, reason, disturbed));
        expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
        expect(decision.health).toContainEqual(expect.objectContaining({ code: event.event }));
      }
    // A wrong clock cannot cause a full server.
    expect(decide(rejected(/^k3x9-[1-5]-/, 'server_full', disturbed)).verdict).toBe('failed');
  });

  it('may have caused joins that timed out', () => {
    const lines = rejected(/^k3x9-[12]-/, 'timeout', withGenerator({ lateSends: 50 }));
    expect(decide(lines)).toMatchObject({ verdict: 'inconclusive' });
  });
});

/**
 * Run of a minute in which the server loses packets or ends sessions at some times, and the
 * generator is impaired at others.
 */
describe('health and failures in the same run', () => {
  const minute = recordOf(specOf({ rooms: 10, durationMs: 60_000 }));
  type Seconds = [from: number, to: number];
  const isIn = ([from, to]: Seconds, at: number): boolean => from < at / 1_000 && at / 1_000 <= to;

  /** Loses a third of all packets in some seconds; the default limit is 1 % over the whole run. */
  const losing = (when: Seconds, lines = minute): RecordLine[] =>
    altered(lines, (line) =>
      line.type === 'sample' && isIn(when, line.at)
        ? {
            ...line,
            series: line.series.map((one) =>
              one.labels.direction === 'down' ? { ...one, lost: one.packets / 2 } : one,
            ),
          }
        : line,
    );
  const impairedIn = (
    when: Seconds,
    changes: Partial<GeneratorSample>,
    lines = minute,
  ): RecordLine[] =>
    altered(lines, (line) =>
      line.type === 'sample' && line.shard === 0 && isIn(when, line.at)
        ? { ...line, generator: generatorOf(changes) }
        : line,
    );
  const pausedAt = (second: number, durationMs: number, lines = minute): RecordLine[] => {
    const after = lines.findIndex((line) => 'at' in line && line.at > second * 1_000);
    return lines.toSpliced(after, 0, {
      type: 'event',
      at: second * 1_000,
      event: 'process_paused',
      shard: 0,
      durationMs,
    });
  };
  const late = { tickLatenessMs: 400 };

  it.each<[string, RecordLine[], VerdictDecision['verdict'], string[]]>([
    ['a healthy generator, a server that loses', losing([20, 30]), 'failed', ['threshold_crossed']],
    [
      'loss only in the seconds in which the generator was late, too few for a finding',
      losing([20, 23], impairedIn([20, 23], late)),
      'inconclusive',
      ['impaired_at_times', 'threshold_crossed'],
    ],
    [
      'loss right after the seconds in which the generator was late',
      losing([23, 26], impairedIn([20, 23], late)),
      'inconclusive',
      ['impaired_at_times', 'threshold_crossed'],
    ],
    [
      'loss long after them',
      losing([40, 45], impairedIn([20, 23], late)),
      'failed',
      ['threshold_crossed'],
    ],
    [
      'loss then, and at other times',
      losing([20, 40], impairedIn([20, 23], late)),
      'failed',
      ['threshold_crossed'],
    ],
    [
      'no loss, a generator that was late for a few seconds',
      impairedIn([20, 23], late),
      'passed',
      [],
    ],
    [
      'an impaired generator, loss only then',
      losing([20, 32], impairedIn([20, 32], late)),
      'inconclusive',
      ['generator_impaired', 'threshold_crossed'],
    ],
    [
      'an impaired generator, loss also when it was healthy',
      losing([5, 32], impairedIn([20, 32], late)),
      'failed',
      ['threshold_crossed', 'generator_impaired'],
    ],
    [
      'a generator that was impaired for most of the run, loss also when it was healthy',
      losing([0, 60], impairedIn([20, 50], late)),
      'inconclusive',
      ['generator_impaired', 'threshold_crossed'],
    ],
    [
      'a pause of five seconds, loss after it',
      losing([30, 35], pausedAt(25, 5_000)),
      'inconclusive',
      ['generator_impaired', 'threshold_crossed'],
    ],
    [
      'a pause of five seconds, loss long before it',
      losing([5, 15], pausedAt(50, 5_000)),
      'failed',
      ['threshold_crossed', 'generator_impaired'],
    ],
    ['a pause of five seconds', pausedAt(25, 5_000), 'inconclusive', ['generator_impaired']],
    [
      'a short pause, loss during it',
      losing([24, 26], pausedAt(26, 1_500)),
      'inconclusive',
      ['impaired_at_times', 'threshold_crossed'],
    ],
    [
      'a host that was busy throughout, and loss throughout',
      altered(losing([0, 60]), (line) =>
        line.type === 'sample'
          ? { ...line, generator: generatorOf({ hostCpuShare: 0.995 }) }
          : line,
      ),
      'inconclusive',
      ['generator_impaired', 'threshold_crossed'],
    ],
  ])('%s', (_, lines, verdict, reasons) => {
    const decision = decide(lines);
    expect(decision.reasons.map(({ code }) => code)).toEqual(reasons);
    expect(decision.verdict).toBe(verdict);
  });

  /**
   * Adds samples of the coordinator with an embedded server that got a tenth of the CPU that it
   * needed.
   */
  const starvingIn = (when: Seconds, lines: RecordLine[]): RecordLine[] =>
    lines.flatMap((line) =>
      line.type === 'sample' && line.shard === 0
        ? [
            line,
            {
              ...line,
              shard: -1,
              series: [],
              generator: generatorOf({
                serverScheduling: isIn(when, line.at)
                  ? { runMs: 200, waitMs: 1_800, longestWaitMs: 800 }
                  : { runMs: 600, waitMs: 500, longestWaitMs: 300 },
              }),
            },
          ]
        : [line],
    );

  it.each<[string, RecordLine[], VerdictDecision['verdict'], string[]]>([
    [
      'loss while the embedded server starved',
      starvingIn([10, 25], losing([10, 25])),
      'inconclusive',
      ['impaired_at_times', 'threshold_crossed'],
    ],
    [
      'loss while the embedded server starved for most of the run',
      starvingIn([10, 50], losing([10, 50])),
      'inconclusive',
      ['generator_impaired', 'threshold_crossed'],
    ],
    [
      'loss also when the embedded server had its share of the CPU',
      starvingIn([10, 15], losing([10, 40])),
      'failed',
      ['threshold_crossed'],
    ],
    ['a busy embedded server', starvingIn([60, 60], minute), 'passed', []],
  ])('%s', (_, lines, verdict, reasons) => {
    const decision = decide(lines);
    expect(decision.reasons.map(({ code }) => code)).toEqual(reasons);
    expect(decision.verdict).toBe(verdict);
  });

  it('names the impairments of the generator and their duration', () => {
    const decision = decide(losing([20, 23], impairedIn([20, 23], late)));
    expect(decision.reasons[0]).toEqual({
      code: 'impaired_at_times',
      ms: 8_000,
      totalMs: expect.any(Number),
      codes: ['tick_lateness'],
    });
  });

  it('may have caused disconnections by the server while the generator was stopped', () => {
    const dropped = (second: number): RecordLine[] =>
      altered(minute, (line) =>
        line.type === 'participant' && /-[12]-/.test(line.identity)
          ? { ...line, at: second * 1_000, outcome: 'disconnected', reason: 'signal_timeout' }
          : line,
      );
    expect(decide(dropped(40))).toMatchObject({ verdict: 'failed' });
    expect(decide(pausedAt(30, 1_800, dropped(30)))).toMatchObject({ verdict: 'inconclusive' });
    expect(decide(pausedAt(30, 30_000, dropped(45)))).toMatchObject({ verdict: 'inconclusive' });
  });

  it('prevents abortOnFail for thresholds that were crossed only while the generator was impaired', () => {
    const interim = (lines: RecordLine[]) => {
      const fold = createSummary();
      for (const line of lines) if (line.type !== 'end') fold.add(line);
      return abortCause(
        fold.interim(),
        [{ threshold: parseThreshold('packet_loss: rate<0.01 abortOnFail'), source: 'user' }],
        60_000,
      );
    };
    expect(interim(losing([20, 23], impairedIn([20, 23], late)))).toMatchObject({
      doubts: ['tick_lateness'],
    });
    expect(interim(losing([20, 40], impairedIn([20, 23], late)))).toMatchObject({ doubts: [] });
  });
});

describe('an unreachable deployment', () => {
  it.each(['unauthorized', 'unreachable', 'server_full'])(
    '%s for all participants: exit 3',
    (reason) => {
      const decision = decide(rejected(/./, reason));
      expect(decision).toMatchObject({ verdict: 'failed', exitCode: 3 });
      expect(decision.reasons[0]).toEqual({
        code: 'deployment_unreachable',
        failed: 20,
        failure: { reason, count: 20, message: null, hint: null },
      });
    },
  );

  it('accepts signalling and no media: exit 3, with the most frequent reason', () => {
    const decision = decide(rejected(/./, 'ice_timeout'));
    expect(decision).toMatchObject({ verdict: 'failed', exitCode: 3 });
    expect(decision.reasons).toEqual([
      {
        code: 'no_participant_joined',
        failed: 20,
        failure: { reason: 'ice_timeout', count: 20, message: null, hint: null },
      },
    ]);
  });

  it('differs from a generator without CPU', () => {
    const starved = rejected(/./, 'ice_timeout', withGenerator({ tickLatenessMs: 400 }));
    expect(decide(starved)).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
  });

  it('differs from a server that died', () => {
    expect(decide(ended('server_died', rejected(/./, 'ice_timeout')))).toMatchObject({
      verdict: 'failed',
      exitCode: 99,
    });
  });
});

describe('a run that ended early', () => {
  it('exits with 130 when it was interrupted, and does not pass', () => {
    expect(decide(ended('interrupted'))).toMatchObject({
      verdict: 'inconclusive',
      exitCode: 130,
      reasons: [
        { code: 'run_cut_short', cause: 'interrupted', at: 30_000, plannedMs: expect.any(Number) },
      ],
    });
  });

  it('has failed if it was interrupted after thresholds were crossed', () => {
    expect(decide(ended('interrupted'), ['join_time: p(95)<50'])).toMatchObject({
      verdict: 'failed',
      exitCode: 130,
    });
  });

  it('has failed if the server died, even with an impaired generator', () => {
    const decision = decide(ended('server_died', withGenerator({ tickLatenessMs: 900 })));
    expect(decision).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(decision.reasons[0]).toEqual({ code: 'server_died', at: 30_000 });
  });

  it('is inconclusive if the record is truncated', () => {
    expect(decide(altered(healthy, (line) => (line.type === 'end' ? null : line)))).toMatchObject({
      verdict: 'inconclusive',
      reasons: [{ code: 'record_truncated' }],
    });
  });
});

describe('abortCause', () => {
  const causeOf = (lines: RecordLine[], threshold: string, elapsedMs = 60_000) => {
    const fold = createSummary();
    for (const line of lines) if (line.type !== 'end') fold.add(line);
    return abortCause(
      fold.interim(),
      [{ threshold: parseThreshold(threshold), source: 'user' }],
      elapsedMs,
    );
  };

  it('is a crossed threshold after its delay', () => {
    const threshold = 'join_time: p(95)<50 abortOnFail after 10s';
    expect(causeOf(healthy, threshold, 9_999)).toBeNull();
    expect(causeOf(healthy, threshold, 10_000)).toMatchObject({
      result: { metric: 'join_time', ok: false },
      doubts: [],
    });
    expect(causeOf(healthy, 'join_time: p(95)<50')).toBeNull();
    expect(causeOf(healthy, 'join_time: p(95)<5000 abortOnFail')).toBeNull();
  });

  it('is never a metric that was not measured', () => {
    expect(causeOf(healthy, 'reconnect_time: p(95)<1 abortOnFail')).toBeNull();
    expect(causeOf(healthy, 'packet_loss@peak: rate>1 abortOnFail')).toBeNull();
    expect(causeOf(healthy.slice(0, 1), 'packet_loss: rate>1 abortOnFail')).toBeNull();
  });

  it('may refer to one window', () => {
    expect(causeOf(healthy, 'join_time@joining: p(95)<50 abortOnFail')).toMatchObject({
      result: { metric: 'join_time@joining' },
    });
  });

  it('is doubtful while the generator is impaired', () => {
    const cause = causeOf(withGenerator({ lateSends: 50 }), 'join_time: p(95)<50 abortOnFail');
    expect(cause).toMatchObject({ doubts: ['late_sends'] });
  });

  it('is certain if the server rejected joins, whatever the health of the generator', () => {
    const lines = rejected(/^k3x9-[1-5]-/, 'server_full', withGenerator({ lateSends: 50 }));
    expect(causeOf(lines, 'join_failures: rate<0.2 abortOnFail')).toMatchObject({
      result: { metric: 'join_failures', value: 0.5 },
      doubts: [],
    });
  });
});

describe('resolveThresholds', () => {
  const texts = (spec = specOf(), given: string[] = []): string[] =>
    resolveThresholds(scenarioOfLoad(spec), given.map(parseThreshold)).map(
      ({ threshold: { metric, operator, limit }, source }) =>
        `${metric} ${operator} ${limit} ${source}`,
    );

  it('leaves out defaults that the load cannot measure', () => {
    expect(texts(specOf({ publish: [] }))).toEqual([
      'join_failures < 0.01 default',
      'join_time < 2000 default',
      'disconnects < 0.01 default',
    ]);
    expect(texts(specOf({ layout: { type: 'none' } }))).toContain('uplink_loss < 0.01 default');
    expect(texts(specOf({ layout: { type: 'none' } }))).not.toContain('packet_loss < 0.01 default');
    expect(texts(specOf({ data: { messagesPerSecond: 1, bytes: 100, reliable: true } }))).toContain(
      'data_loss < 0.01 default',
    );
  });

  it('replaces only the default on the same metric, selector and aggregation by a given threshold', () => {
    const resolved = texts(specOf(), [
      'packet_loss.rate<5%',
      'jitter{kind:audio}: p(95)<20',
      'join_time: p(99)<5s',
    ]);
    expect(resolved.filter((text) => text.startsWith('packet_loss'))).toEqual([
      'packet_loss < 0.05 user',
    ]);
    expect(resolved.filter((text) => text.startsWith('jitter'))).toEqual([
      'jitter < 30 default',
      'jitter < 20 user',
    ]);
    expect(resolved.filter((text) => text.startsWith('join_time'))).toEqual([
      'join_time < 2000 default',
      'join_time < 5000 user',
    ]);
  });

  it('has a reason for every default', () => {
    for (const { text, why } of DEFAULT_THRESHOLDS) expect(why.length, text).toBeGreaterThan(20);
  });
});

describe('holds', () => {
  it.each([
    [1, '<', 2, true],
    [2, '<', 2, false],
    [2, '<=', 2, true],
    [3, '>', 2, true],
    [2, '>=', 3, false],
    [0, '==', 0, true],
    [0, '!=', 0, false],
  ] as const)('%d %s %d is %s', (value, operator, limit, expected) => {
    expect(holds(value, operator, limit)).toBe(expected);
  });
});
