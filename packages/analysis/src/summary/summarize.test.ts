import { aggregate } from '@livekit-swarm/metrics';
import {
  COORDINATOR_SHARD,
  LEFT_WHILE_JOINING,
  type ParticipantLine,
  type RecordLine,
  type SampleLine,
} from '@livekit-swarm/record';
import { type LoadSpec, specOf } from '@livekit-swarm/testkit/load-spec';
import {
  altered,
  generatorOf,
  recordOf,
  seriesOf,
  trackOf,
} from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
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
  selector = {},
): number | undefined => aggregate(summary.metrics.measure(metric, selector), { type: 'rate' });

const THREE: LoadSpec = specOf({ rooms: 2, participants: 3, publish: ['audio', 'video'] });

/** Changes the result of one participant. */
const withResult = (
  lines: RecordLine[],
  identity: string,
  changes: (line: ParticipantLine) => Partial<ParticipantLine>,
): RecordLine[] =>
  altered(lines, (line) =>
    line.type === 'participant' && line.identity === identity
      ? { ...line, ...changes(line) }
      : line,
  );

const withoutEvents = (lines: RecordLine[], identity: string): RecordLine[] =>
  altered(lines, (line) => (line.type === 'event' && line.identity === identity ? null : line));

const withSamples = (
  lines: RecordLine[],
  change: (line: SampleLine) => Partial<SampleLine>,
): RecordLine[] =>
  altered(lines, (line) => (line.type === 'sample' ? { ...line, ...change(line) } : line));

describe('a healthy run', () => {
  const summary = summarize(recordOf(THREE));

  it('counts joins and tracks', () => {
    expect(summary.joins).toMatchObject({
      planned: 6,
      joined: 6,
      failed: 0,
      disconnected: 0,
      unaccounted: 0,
      failureReasons: [],
    });
    expect(summary.tracks).toEqual({ expected: 24, missing: 0, received: 24, stalled: 0 });
    expect(summary.joins.phases.joined?.max).toBe(85);
    expect(summary.joins.phases.firstMedia).toBeNull();
  });

  it('has media by kind and direction, per second of the steady state', () => {
    expect(
      summary.traffic.map(({ kind, direction, tracks, packetsPerSecond }) => [
        kind,
        direction,
        tracks,
        packetsPerSecond,
      ]),
    ).toEqual([
      ['audio', 'up', 6, 300],
      ['audio', 'down', 12, 600],
      ['video', 'up', 6, 1_140],
      ['video', 'down', 12, 2_280],
    ]);
    expect(summary.layers).toEqual({ up: { '720': 6 }, down: { '720': 12 } });
  });

  it('sums the generator over its workers', () => {
    expect(summary.generator).toMatchObject({
      processes: 2,
      samples: 60,
      cpuCores: { max: 0.1 },
      residentBytes: 240e6,
    });
    // The worker used 0.05 cores for a second, for 4,000 datagrams.
    expect(summary.generator.cpuMicrosPerPacket).toBeCloseTo(12.5, 6);
  });

  it('names the deployment with the nodes that participants reported', () => {
    expect(summary.deployment).toEqual({
      url: 'ws://127.0.0.1:7880',
      embedded: true,
      serverVersion: '1.13.4',
      nodes: ['ND_test'],
    });
  });

  it('removes secrets from the URL', () => {
    const lines = altered(recordOf(THREE), (line) =>
      line.type === 'deployment'
        ? { ...line, url: 'wss://me:geheim@sfu.example/base?access_token=geheim#geheim' }
        : line,
    );
    expect(summarize(lines).deployment?.url).toBe('wss://sfu.example/base');
  });
});

describe('loss', () => {
  it('is lost / (received + lost) in the downlink and lost / sent in the uplink', () => {
    const series = [
      seriesOf('down', 'audio', 'publisher', 1, {
        packets: 90,
        lost: 10,
        lostBeforeRecovery: 15,
        recovered: 5,
      }),
      seriesOf('up', 'audio', 'publisher', 1, { packets: 100, lost: 10, lostBeforeRecovery: 20 }),
    ];
    const summary = summarize(withSamples(recordOf(THREE), () => ({ series })));
    expect(rate(summary, 'packet_loss')).toBeCloseTo(0.1, 9);
    expect(rate(summary, 'packet_loss_before_recovery')).toBeCloseTo(0.15, 9);
    expect(rate(summary, 'uplink_loss')).toBeCloseTo(0.1, 9);
    expect(rate(summary, 'uplink_loss_before_recovery')).toBeCloseTo(0.2, 9);
    expect(rate(summary, 'packet_loss', { kind: 'video' })).toBeUndefined();
  });

  it('of data is separate from loss of media', () => {
    const media = seriesOf('down', 'audio', 'publisher', 1);
    const data = {
      ...media,
      labels: { ...media.labels, kind: 'data' as const },
      packets: 8,
      lost: 2,
    };
    const summary = summarize(withSamples(recordOf(THREE), () => ({ series: [media, data] })));
    expect(rate(summary, 'packet_loss')).toBe(0);
    expect(rate(summary, 'data_loss')).toBeCloseTo(0.2, 9);
  });
});

describe('missing tracks', () => {
  it('are those without any packet', () => {
    const lines = withResult(recordOf(THREE), 'k3x9-1-p1', ({ tracks }) => ({
      tracks: tracks.map((track) =>
        track.publisher === 'k3x9-1-p2' && track.kind === 'video'
          ? { ...track, packets: 0 }
          : track,
      ),
    }));
    const summary = summarize(lines);
    expect(summary.tracks).toMatchObject({ expected: 24, missing: 1 });
    expect(rate(summary, 'missing_tracks', { kind: 'video' })).toBeCloseTo(1 / 12, 9);
    expect(rate(summary, 'missing_tracks', { kind: 'audio' })).toBe(0);
    expect(summary.mostAffected[0]).toMatchObject({ identity: 'k3x9-1-p1', missing: 1 });
  });

  it('are not compensated by a second track of the same publisher or by tracks from outside of the run', () => {
    const lines = withResult(recordOf(THREE), 'k3x9-1-p1', () => ({
      tracks: [
        trackOf({
          direction: 'down',
          kind: 'audio',
          publisher: 'k3x9-1-p2',
          sid: 'TR_old',
          activeAtEnd: false,
        }),
        trackOf({ direction: 'down', kind: 'audio', publisher: 'k3x9-1-p2', sid: 'TR_new' }),
        trackOf({ direction: 'down', kind: 'audio', publisher: 'unknown-publisher' }),
      ],
    }));
    const summary = summarize(lines);
    expect(summary.tracks).toMatchObject({ missing: 3, stalled: 0 });
  });

  it('include all tracks of a participant that failed to join', () => {
    const lines = withResult(withoutEvents(recordOf(THREE), 'k3x9-1-p1'), 'k3x9-1-p1', () => ({
      outcome: 'join_failed',
      reason: 'timeout',
      joinTimeMs: null,
      tracks: [],
    }));
    const summary = summarize(lines);
    expect(summary.joins).toMatchObject({
      joined: 5,
      failed: 1,
      unaccounted: 0,
      failureReasons: [{ reason: 'timeout', count: 1 }],
    });
    expect(rate(summary, 'join_failures')).toBeCloseTo(1 / 6, 9);
    expect(summary.tracks.missing).toBe(4);
  });

  it('are distinguished from stalled tracks', () => {
    const lines = withResult(recordOf(THREE), 'k3x9-1-p1', ({ tracks }) => ({
      tracks: tracks.map((track) =>
        track.publisher === 'k3x9-1-p2' ? { ...track, activeAtEnd: false } : track,
      ),
    }));
    const summary = summarize(lines);
    expect(summary.tracks).toMatchObject({ missing: 0, stalled: 2 });
    expect(rate(summary, 'stalled_tracks', { kind: 'audio' })).toBeCloseTo(1 / 12, 9);
  });
});

describe('lost participants', () => {
  it('count as disconnected if the connection did not recover', () => {
    const summary = summarize(
      withResult(recordOf(THREE), 'k3x9-2-p3', () => ({
        outcome: 'disconnected',
        reason: 'server_shutdown',
        reconnects: 2,
      })),
    );
    expect(summary.joins).toMatchObject({
      joined: 6,
      failed: 0,
      disconnected: 1,
      reconnects: 2,
      disconnectReasons: [{ reason: 'server_shutdown' }],
    });
    expect(rate(summary, 'disconnects')).toBeCloseTo(1 / 6, 9);
  });

  it('count as failed if their worker died before they joined, and as disconnected if it died later', () => {
    const lost = (lines: RecordLine[], identity: string): RecordLine[] =>
      withResult(lines, identity, () => ({
        outcome: 'process_died',
        joinTimeMs: null,
        tracks: [],
      }));
    const lines = withoutEvents(lost(lost(recordOf(THREE), 'k3x9-2-p2'), 'k3x9-2-p3'), 'k3x9-2-p3');
    lines.push({ type: 'event', at: 9_500, event: 'process_died', shard: 1, reason: 'SIGKILL' });
    const summary = summarize(lines);
    expect(summary.joins).toMatchObject({ joined: 5, failed: 1, disconnected: 1, unaccounted: 0 });
    expect(summary.joins.failureReasons).toEqual([
      { reason: 'process_died', count: 1, message: null, hint: null },
    ]);
    expect(summary.generator.processesDied).toBe(1);
    expect(summary.notes).toContainEqual({
      code: 'process_died',
      at: 9_500,
      shard: 1,
      detail: 'SIGKILL',
    });
  });

  it('are counted from their events if their results are missing', () => {
    const lines = altered(recordOf(THREE), (line) => (line.type === 'participant' ? null : line));
    const summary = summarize(lines);
    expect(summary.joins).toMatchObject({ joined: 6, failed: 0, unaccounted: 6 });
    expect(rate(summary, 'missing_tracks')).toBeUndefined();
  });

  it('may have recovered', () => {
    const event = {
      type: 'event',
      identity: 'k3x9-1-p1',
      room: 'swarm-k3x9-1',
      role: 'publisher',
    } as const;
    const summary = summarize([
      ...recordOf(THREE),
      { ...event, at: 5_000, event: 'signal_lost' },
      { ...event, at: 5_300, event: 'resumed', durationMs: 300 },
      { ...event, at: 9_000, event: 'reconnected', durationMs: 900 },
    ]);
    expect(summary.joins).toMatchObject({ disconnected: 0, resumes: 1, reconnects: 1 });
    expect(aggregate(summary.metrics.measure('reconnect_time'), { type: 'max' })).toBe(900);
  });

  it('may have rejoined, and are not disconnected then', () => {
    const event = {
      type: 'event',
      identity: 'k3x9-1-p1',
      room: 'swarm-k3x9-1',
      role: 'publisher',
    } as const;
    const lines = withResult(recordOf(THREE), 'k3x9-1-p1', () => ({ rejoins: 2 }));
    const results = lines.findIndex(({ type }) => type === 'participant');
    const summary = summarize([
      ...lines.slice(0, results),
      { ...event, at: 5_000, event: 'disconnected', reason: 'server_shutdown' },
      {
        ...event,
        at: 5_600,
        event: 'rejoin_retry',
        durationMs: 600,
        attempt: 1,
        reason: 'unreachable',
      },
      { ...event, at: 7_000, event: 'rejoined', durationMs: 2_000, attempt: 2 },
      ...lines.slice(results),
    ]);
    // The result has one more than the events.
    expect(summary.joins).toMatchObject({
      joined: 6,
      failed: 0,
      disconnected: 0,
      retries: 0,
      reconnects: 2,
      disconnectReasons: [],
    });
    expect(aggregate(summary.metrics.measure('reconnect_time'), { type: 'max' })).toBe(2_000);
  });
});

describe('a run that was cut short', () => {
  it('has no missing tracks in rooms that were still filling', () => {
    const spec = specOf({ rooms: 10, participants: 2, joinRate: 1 });
    const lines = altered(recordOf(spec), (line) => {
      if (line.type === 'end') return { ...line, at: 12_000, reason: 'interrupted' };
      if (!('at' in line)) return line;
      const number = 'room' in line ? Number(line.room?.split('-').at(-1)) : 0;
      if (line.type === 'participant') {
        const met = number <= 3;
        return number <= 6 ? { ...line, at: 12_000, tracks: met ? line.tracks : [] } : null;
      }
      return line.at > 12_000 ? null : line;
    });
    const summary = summarize(lines);
    // Rooms 1 to 4 were complete 5 s before the end; rooms 5 and 6 were not.
    expect(summary.tracks).toMatchObject({ expected: 8, missing: 2 });
    expect(summary.joins.unaccounted).toBe(0);
  });

  it('counts no failure of a participant that left while joining', () => {
    const lines = withResult(withoutEvents(recordOf(THREE), 'k3x9-2-p3'), 'k3x9-2-p3', () => ({
      joinTimeMs: null,
      tracks: [],
    }));
    const summary = summarize(
      altered(lines, (line) => (line.type === 'end' ? { ...line, reason: 'interrupted' } : line)),
    );
    expect(summary.joins).toMatchObject({ joined: 5, failed: 0 });
  });

  it('counts a failure of a participant that was still joining when the run ended as planned', () => {
    const stillJoining: Partial<ParticipantLine> = {
      outcome: 'join_failed',
      reason: LEFT_WHILE_JOINING,
      joinTimeMs: null,
      tracks: [],
    };
    const lines = withResult(
      withoutEvents(recordOf(THREE), 'k3x9-2-p3'),
      'k3x9-2-p3',
      () => stillJoining,
    );
    expect(summarize(lines).joins).toMatchObject({ joined: 5, failed: 1 });
    const cutShort = altered(lines, (line) =>
      line.type === 'end' ? { ...line, reason: 'interrupted' } : line,
    );
    expect(summarize(cutShort).joins).toMatchObject({ joined: 5, failed: 0 });
  });
});

describe('the generator', () => {
  it('counts drops, late sends and late joins as shares', () => {
    const generator = generatorOf({
      socketDrops: 20,
      datagramsReceived: 1_980,
      lateSends: 3,
      lateJoins: 0,
    });
    const summary = summarize(
      withSamples(recordOf(specOf({ rooms: 1 }), 1), () => ({ generator })),
    );
    expect(summary.generator.socketDrops).toEqual({ count: 600, share: 0.01 });
    expect(summary.generator.lateSends).toEqual({ count: 90, share: 0.03 });
    expect(summary.generator.lateJoins).toEqual({ count: 0, share: 0 });
  });

  it('averages CPU over the steady state', () => {
    const spec = specOf({ rooms: 5, participants: 2, joinRate: 1, durationMs: 10_000 });
    const lines = withSamples(recordOf(spec, 1), ({ at }) => ({
      generator: generatorOf({ cpuCores: at <= 9_000 ? 0.2 : 1 }),
    }));
    expect(summarize(lines).generator.cpuCores).toEqual({ avg: 1, max: 1 });
  });

  it('counts the CPU of the coordinator, but not its health', () => {
    const lines = recordOf(specOf({ rooms: 1 }), 1).flatMap((line): RecordLine[] =>
      line.type === 'sample'
        ? [
            { ...line, generator: generatorOf({ eventLoopLagMs: 800 }) },
            {
              ...line,
              shard: COORDINATOR_SHARD,
              series: [],
              generator: generatorOf({ cpuCores: 0.1, datagramsSent: 0, datagramsReceived: 0 }),
            },
          ]
        : [line],
    );
    const { generator } = summarize(lines);
    expect(generator.cpuCores?.avg).toBeCloseTo(0.15, 6);
    expect(generator.laggingSamples.share).toBe(1);
  });
});

describe('tracks that the server rejects', () => {
  it('are counted, with a note', () => {
    const lines = withResult(recordOf(THREE), 'k3x9-1-p1', ({ tracks }) => ({
      tracks: tracks.map((track) =>
        track.direction === 'up' && track.kind === 'video'
          ? { ...track, packets: 0, rejected: true }
          : track,
      ),
    }));
    const summary = summarize(lines);
    expect(rate(summary, 'publish_rejections')).toBeCloseTo(1 / 12, 9);
    expect(rate(summary, 'publish_rejections', { kind: 'audio' })).toBe(0);
    expect(summary.notes).toEqual([{ code: 'publish_rejected', rejected: 1, total: 12 }]);
  });
});

describe('the record of a drill', () => {
  it('has a note that its faults were injected on purpose', () => {
    const [header, ...others] = recordOf(THREE);
    if (header === undefined) throw new Error('a record has a header');
    const summary = summarize([
      header,
      { type: 'drill', at: 5_000, event: 'steady_state_reached' },
      ...others,
    ]);
    expect(summary.notes).toEqual([{ code: 'drill_record' }]);
    expect(summarize(recordOf(THREE)).notes).toEqual([]);
  });
});

describe('a busy host', () => {
  /**
   * Notes of a run on a host of four cores with a given utilisation, where the run uses 0.4 cores.
   */
  const onHost = (hostCpuShare: number, top: { name: string; cores: number }[] = []) =>
    summarize(
      withSamples(recordOf(THREE), ({ generator }) => ({
        generator: { ...generator, hostCpuShare, otherPrograms: { ownCores: 0.4, top } },
      })),
    ).notes;

  it('has a note with the programs that used most of it, in descending order', () => {
    const top = [
      { name: 'node', cores: 1 },
      { name: 'rustc', cores: 2 },
    ];
    const otherCores = expect.closeTo(3.6, 6);
    expect(onHost(1, top)).toEqual([
      { code: 'host_busy', otherCores, cores: 4, programs: ['rustc', 'node'] },
    ]);
    // A container does not show other programs.
    expect(onHost(1)).toEqual([{ code: 'host_busy', otherCores, cores: 4, programs: [] }]);
  });

  it('has no note if it was not busy', () => {
    expect(onHost(0.9, [{ name: 'node', cores: 3 }])).toEqual([]);
  });
});

describe('a record without a header', () => {
  it('is rejected', () => {
    expect(() => summarize([])).toThrow('the record has no header');
  });
});

describe('data messages', () => {
  it('have rows of their own', () => {
    const data = { messagesPerSecond: 10, bytes: 200, reliable: false };
    const summary = summarize(
      recordOf(specOf({ rooms: 1, participants: 2, publish: [], data, durationMs: 10_000 }), 1),
    );
    expect(summary.traffic).toEqual([
      expect.objectContaining({
        kind: 'data',
        direction: 'up',
        tracks: 2,
        packets: 200,
        packetsPerSecond: 20,
      }),
      expect.objectContaining({
        kind: 'data',
        direction: 'down',
        tracks: 2,
        packets: 200,
        loss: 0,
      }),
    ]);
    expect(rate(summary, 'data_loss')).toBe(0);
    expect(rate(summary, 'packet_loss')).toBeUndefined();
  });
});
