import { aggregate, parseThreshold } from '@livekit-swarm/metrics';
import { LEFT_WHILE_JOINING, type ParticipantLine, type RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { resolveThresholds } from '../verdict/default-thresholds.ts';
import { decideVerdict } from '../verdict/verdict.ts';
import { createSummary } from './summarize.ts';
import type { Summary } from './summary.ts';

const summarize = (lines: RecordLine[]): Summary => {
  const fold = createSummary();
  for (const line of lines) fold.add(line);
  return fold.result();
};

const rate = (
  summary: Summary,
  metric: Parameters<Summary['metrics']['measure']>[0],
): number | undefined => aggregate(summary.metrics.measure(metric), { type: 'rate' });

/** Load of two rooms with three participants each for half a minute. */
const lines = recordOf(specOf({ rooms: 2, participants: 3 }));
const PARTICIPANT = 'k3x9-1-p1';

/** Participant that left as planned, long before the end. */
const early = (
  leaveAtMs: number,
  changes: (line: ParticipantLine) => Partial<ParticipantLine> = () => ({}),
): RecordLine[] =>
  altered(lines, (line) => {
    if (line.type !== 'participant' || line.identity !== PARTICIPANT) return line;
    return { ...line, at: leaveAtMs, leaveAtMs, ...changes(line) };
  });

const hasty = (leaveAtMs: number): RecordLine[] =>
  early(leaveAtMs, () => ({
    outcome: 'join_failed',
    reason: LEFT_WHILE_JOINING,
    joinTimeMs: null,
    tracks: [],
  })).filter((line) => line.type !== 'event' || line.identity !== PARTICIPANT);

const cutShort = (what: RecordLine[], at = 20_000): RecordLine[] =>
  altered(what, (line) => {
    if (line.type === 'end') return { ...line, at, reason: 'interrupted' };
    if (line.type === 'participant') return line.at > at ? { ...line, at } : line;
    return 'at' in line && line.at > at ? null : line;
  });

const churning = (what: RecordLine[]): RecordLine[] =>
  altered(what, (line) => {
    if (line.type !== 'header') return line;
    const span = { distribution: 'constant' as const, ms: 1_000 };
    const executor = {
      type: 'per-room-churn' as const,
      rooms: 2,
      joinRate: 50,
      durationMs: 30_000,
      sessionDuration: span,
      replacementDelay: span,
    };
    return {
      ...line,
      scenario: {
        ...line.scenario,
        groups: line.scenario.groups.map((group) => ({ ...group, executor })),
      },
    };
  });

describe('a participant that left before it joined', () => {
  it('has not failed if it had less than five seconds', () => {
    const summary = summarize(hasty(4_000));
    expect(summary.joins).toMatchObject({
      joined: 5,
      failed: 0,
      leftEarly: 1,
      unaccounted: 0,
      failureReasons: [],
    });
    expect(rate(summary, 'join_failures')).toBe(0);
    // The tracks that it would have received do not count either.
    expect(summary.tracks).toMatchObject({ expected: 10, missing: 0 });
  });

  it('has failed if it waited for longer', () => {
    const summary = summarize(hasty(5_001));
    expect(summary.joins).toMatchObject({
      joined: 5,
      failed: 1,
      leftEarly: 0,
      failureReasons: [{ reason: LEFT_WHILE_JOINING, count: 1 }],
    });
    expect(rate(summary, 'join_failures')).toBeCloseTo(1 / 6, 9);
    expect(summary.tracks).toMatchObject({ expected: 12, missing: 2 });
  });

  it('has failed with the reason of its last attempt, which was short', () => {
    const reason = 'bad_gateway';
    const retried = hasty(4_000).flatMap((line): RecordLine[] => {
      if (line.type !== 'participant' || line.identity !== PARTICIPANT) return [line];
      const { shard, identity, group, room, role } = line;
      const retry = { type: 'event', event: 'join_retry', attempt: 1, durationMs: 900 } as const;
      const why = { reason, message: 'no server behind it', hint: 'start one' };
      const at = { at: 1_000, shard, identity, group, room, role };
      return [
        { ...retry, ...at, ...why },
        { ...line, reason },
      ];
    });
    expect(summarize(retried).joins).toMatchObject({
      ...{ joined: 5, failed: 1, leftEarly: 0 },
      failureReasons: [{ reason, count: 1, message: 'no server behind it', hint: 'start one' }],
    });
  });

  it('has failed if the run was cut short later', () => {
    expect(summarize(cutShort(hasty(8_000))).joins).toMatchObject({ joined: 5, failed: 1 });
  });
});

describe('a run that is cut short', () => {
  const missed = (what: RecordLine[]): RecordLine[] =>
    altered(what, (line) =>
      line.type === 'participant' && line.identity === PARTICIPANT ? { ...line, tracks: [] } : line,
    );

  it('evaluates sessions that had ended before', () => {
    expect(summarize(cutShort(missed(early(10_000)))).tracks).toMatchObject({ missing: 2 });
    expect(summarize(churning(cutShort(missed(early(10_000))))).tracks).toEqual({
      expected: 2,
      missing: 2,
      received: 0,
      stalled: 0,
    });
  });

  it('evaluates the other sessions if their room was complete', () => {
    expect(summarize(cutShort(missed(lines))).tracks).toMatchObject({ expected: 12, missing: 2 });
    // A room without one of its participants is not evaluated.
    const without = altered(cutShort(missed(lines)), (line) =>
      'identity' in line && line.identity === 'k3x9-1-p3' ? null : line,
    );
    expect(summarize(without).tracks).toMatchObject({ expected: 6, missing: 0 });
  });

  it('evaluates no other sessions with churn', () => {
    expect(summarize(churning(cutShort(missed(lines)))).tracks).toMatchObject({
      expected: 0,
      missing: 0,
    });
  });
});

describe('an interim summary', () => {
  it('drops participants that have a result', () => {
    const fold = createSummary();
    for (const line of lines.filter(({ type }) => type !== 'participant' && type !== 'end'))
      fold.add(line);
    expect(fold.interim().joins).toMatchObject({ joined: 6, unaccounted: 6 });
    for (const line of lines.filter(({ type }) => type === 'participant')) fold.add(line);
    expect(fold.interim().joins).toMatchObject({ joined: 6, unaccounted: 0 });
  });

  it('has the same figures as the final summary', () => {
    const fold = createSummary();
    for (const line of lines) fold.add(line);
    const interim = {
      loss: aggregate(fold.interim().metrics.measure('packet_loss'), { type: 'rate' }),
      joins: fold.interim().joins,
    };
    const summary = fold.result();
    expect(interim.loss).toBe(rate(summary, 'packet_loss'));
    expect(summary.joins).toMatchObject({ ...interim.joins });
  });

  it('throws before the header', () => {
    expect(() => createSummary().interim()).toThrow('the record has no header');
  });
});

describe('a run that a threshold ended', () => {
  const LAX = 'packet_loss: rate<0.5 abortOnFail after 10s';
  const ended = altered(lines, (line) => {
    if (line.type === 'end') return { ...line, at: 12_200, reason: 'threshold_crossed' };
    return line.type === 'participant' ? { ...line, at: 12_150 } : line;
  });
  ended.splice(-1, 0, {
    type: 'event',
    at: 12_150,
    event: 'threshold_crossed',
    reason: LAX,
    crossing: { threshold: LAX, metric: 'packet_loss', value: 0.6 },
  });

  it('has failed, whatever the metric was afterwards', () => {
    const summary = summarize(ended);
    expect(
      decideVerdict(summary, resolveThresholds(summary.scenario, [parseThreshold(LAX)])),
    ).toMatchObject({
      verdict: 'failed',
      exitCode: 99,
      reasons: [
        {
          code: 'run_aborted',
          threshold: { threshold: LAX, metric: 'packet_loss', value: 0.6, at: 12_150 },
        },
      ],
    });
    expect(summary.notes).toEqual([
      {
        code: 'threshold_crossed',
        at: 12_150,
        crossing: { threshold: LAX, metric: 'packet_loss', value: 0.6 },
      },
    ]);
  });

  it('was cut short if it is evaluated with other thresholds', () => {
    const summary = summarize(ended);
    expect(decideVerdict(summary, resolveThresholds(summary.scenario, []))).toMatchObject({
      verdict: 'inconclusive',
      reasons: [
        {
          code: 'run_cut_short',
          cause: 'threshold_crossed',
          at: summary.end?.at,
          plannedMs: summary.plan.endAtMs,
        },
      ],
    });
  });
});
