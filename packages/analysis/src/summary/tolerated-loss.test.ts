import type { ParticipantLine, RecordLine, SeriesSample } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, onHosts, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { createParticipantHistories } from '../participants/participant-history.ts';
import { resolveThresholds } from '../verdict/default-thresholds.ts';
import { decideVerdict, type VerdictDecision } from '../verdict/verdict.ts';
import { createSummary } from './summarize.ts';
import type { Summary } from './summary.ts';

const LOST_AT = 12_000;
const WHY = 'load-1: no message for 4 s';

/** Run on hosts with one worker each, the first of which is lost. */
const runWithLoss = (
  spec: Parameters<typeof specOf>[0],
  workers: number,
  toleratedLost: number,
): RecordLine[] => {
  const lines = onHosts(recordOf(specOf(spec), workers));
  const lost = new Set(
    lines.flatMap((line) => (line.type === 'participant' && line.shard === 0 ? line.identity : [])),
  );
  const kept = altered(lines, (line) => {
    if (line.type === 'header') return { ...line, ...(toleratedLost > 0 && { toleratedLost }) };
    if (line.type === 'sample' && line.shard === 0 && line.at > LOST_AT) return null;
    if (line.type !== 'participant') return line;
    return line.shard === 0 ? null : afterLoss(line, lost);
  });
  const results = lines.flatMap((line): ParticipantLine[] =>
    line.type === 'participant' && line.shard === 0
      ? [{ ...line, at: LOST_AT, outcome: 'process_died', reason: 'process_died', tracks: [] }]
      : [],
  );
  const index = kept.findIndex((line) => 'at' in line && line.at > LOST_AT);
  return kept.toSpliced(
    index,
    0,
    {
      type: 'event',
      at: LOST_AT,
      event: 'process_died',
      shard: 0,
      reason: 'host_lost',
      message: WHY,
    },
    ...results,
  );
};

/** Result of a participant on another host after some publishers were lost. */
const afterLoss = (line: ParticipantLine, lost: ReadonlySet<string>): ParticipantLine => ({
  ...line,
  tracks: line.tracks.map((track) =>
    track.publisher !== undefined && lost.has(track.publisher)
      ? { ...track, activeAtEnd: false, interruptions: 1, interruptionMs: 15_000 }
      : track,
  ),
});

/** Interruptions in the sample of a worker: three participants, each with three lost publishers. */
const interrupted = (series: SeriesSample): SeriesSample =>
  series.labels.direction === 'down'
    ? { ...series, interruptions: 9, interruptionMs: 9 * 15_000 }
    : series;

const judge = (lines: RecordLine[]): VerdictDecision & { summary: Summary } => {
  const fold = createSummary();
  for (const line of lines) fold.add(line);
  const summary = fold.result();
  return { summary, ...decideVerdict(summary, resolveThresholds(summary.scenario)) };
};

describe('the loss of a host', () => {
  it('makes the run inconclusive if no loss is tolerated', () => {
    const { verdict, health, summary } = judge(runWithLoss({ rooms: 20 }, 10, 0));
    expect(verdict).toBe('inconclusive');
    expect(health).toMatchObject([{ code: 'host_lost', host: 'load-1', why: WHY }]);
    expect(summary.joins).toMatchObject({ joined: 40, disconnected: 4 });
    expect(summary.lost).toBeNull();
  });

  it('excludes its participants while their number is within the tolerance', () => {
    const { verdict, health, summary } = judge(runWithLoss({ rooms: 20 }, 10, 4));
    expect(health).toEqual([]);
    expect(verdict).toBe('passed');
    expect(summary.joins).toMatchObject({
      ...{ planned: 40, joined: 40, failed: 0, disconnected: 0, lostEarly: 0, unaccounted: 0 },
      disconnectReasons: [],
    });
    expect(summary.tracks).toMatchObject({ missing: 0, stalled: 0, expected: 36 });
    expect(summary.mostAffected.filter(({ outcome }) => outcome !== 'left')).toEqual([]);
    expect(summary.impaired.ms).toBe(0);
    expect(summary.lost).toEqual({ participants: 4, tolerated: 4 });
    expect(summary.notes).toContainEqual({
      ...{ code: 'loss_tolerated', lost: 4, planned: 40, tolerated: 4 },
    });
    expect(summary.hosts[0]?.lost).toBe(WHY);
  });

  it('counts all its participants if their number exceeds the tolerance', () => {
    const tolerated = judge(runWithLoss({ rooms: 20 }, 10, 3));
    const { summary } = judge(runWithLoss({ rooms: 20 }, 10, 0));
    expect(tolerated.verdict).toBe('inconclusive');
    expect(tolerated.health).toMatchObject([{ code: 'host_lost' }]);
    expect(tolerated.summary.joins).toEqual(summary.joins);
    expect(tolerated.summary.tracks).toEqual(summary.tracks);
    expect(tolerated.summary.impaired).toEqual(summary.impaired);
    expect(tolerated.summary.lost).toBeNull();
  });

  it('does not count later joins of its participants as failed', () => {
    const all = runWithLoss({ rooms: 20 }, 10, 4);
    const lost = new Set(
      all.flatMap((line) =>
        line.type === 'participant' && line.outcome === 'process_died' ? line.identity : [],
      ),
    );
    const lines = all.flatMap((line) => {
      if (line.type === 'participant' && line.outcome === 'process_died')
        return [{ ...line, joinTimeMs: null }];
      return line.type === 'event' && line.event === 'joined' && lost.has(line.identity ?? '')
        ? []
        : [line];
    });
    const { verdict, summary } = judge(lines);
    expect(verdict).toBe('passed');
    expect(summary.joins).toMatchObject({ joined: 36, failed: 0, lostEarly: 4, unaccounted: 0 });
  });

  it('excludes their tracks in the rooms of other participants', () => {
    const withInterruptions = (toleratedLost: number): RecordLine[] =>
      altered(runWithLoss({ rooms: 1, participants: 12 }, 4, toleratedLost), (line) =>
        line.type === 'sample' && line.shard > 0 && line.at === LOST_AT + 1_000
          ? { ...line, series: line.series.map(interrupted) }
          : line,
      );
    const counted = judge(withInterruptions(0)).summary;
    expect(counted.tracks.stalled).toBe(9 * 3);
    expect(counted.recovery.interruptions).toBe(9 * 3);
    const { verdict, summary } = judge(withInterruptions(3));
    expect(verdict).toBe('passed');
    // Each of nine participants receives eight others.
    expect(summary.tracks).toEqual({ expected: 72, missing: 0, received: 72, stalled: 0 });
    expect(summary.recovery).toMatchObject({ interruptions: 0, interruptionMs: 0 });
  });

  it('lists its participants as most affected only if their loss counts', () => {
    const affected = (toleratedLost: number): string[] => {
      const histories = createParticipantHistories({ participants: 50, rooms: 0 });
      for (const line of runWithLoss({ rooms: 20 }, 10, toleratedLost)) histories.add(line);
      return histories
        .result()
        .participants.filter(({ outcome }) => outcome === 'process_died')
        .map(({ identity }) => identity);
    };
    expect(affected(0)).toHaveLength(4);
    expect(affected(4)).toEqual([]);
  });
});
