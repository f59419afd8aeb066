/** Reports of runs, for tests: passed, failed, inconclusive. */

import { createSummary, decideVerdict, resolveThresholds } from '@livekit-swarm/analysis';
import { formatThreshold, parseThreshold } from '@livekit-swarm/metrics';
import type { RecordLine } from '@livekit-swarm/record';
import type { ReportInput } from '@livekit-swarm/report';
import { specOf } from './load-spec.ts';
import { altered, generatorOf, onHosts, recordOf, recordOfScenario } from './record-of.ts';
import { groupOf, roleOf, scenarioOf } from './scenario-of.ts';

const RECORD = 'runs/2026-11-21T12-00-00-k3x9/record.ndjson';

export const reportOf = (lines: RecordLine[], texts: string[] = []): ReportInput => {
  const thresholds = texts.map(parseThreshold);
  const fold = createSummary(thresholds);
  for (const line of lines) fold.add(line);
  const summary = fold.result();
  return {
    summary,
    decision: decideVerdict(summary, resolveThresholds(summary.scenario, thresholds)),
    recordPath: RECORD,
    readLines: () => linesOf(lines),
  };
};

async function* linesOf(lines: readonly RecordLine[]): AsyncGenerator<RecordLine> {
  yield* lines;
}

export const passedReport = (): ReportInput => reportOf(recordOf(specOf()));

/** Report of participants that only join. */
export const quietReport = (): ReportInput => reportOf(recordOf(specOf({ publish: [] })));

/**
 * Report of a lossy meeting: one join timed out, one participant was removed, one track stalled,
 * one is missing.
 */
export const failedReport = (): ReportInput => {
  const spec = specOf({
    rooms: 4,
    participants: 3,
    subscribers: 2,
    publish: ['audio', 'video'],
    simulcast: true,
    codec: 'h264',
    layout: { type: 'grid', tiles: 2 },
    data: { messagesPerSecond: 10, bytes: 200, reliable: false },
  });
  return reportOf(altered(recordOf(spec), damage), [
    'join_time: p(99)<3s',
    'packet_loss{kind:video}: rate<2%',
  ]);
};

const damage = (line: RecordLine): RecordLine | null => {
  if (line.type === 'sample') {
    return {
      ...line,
      series: line.series.map((series) => {
        if (series.labels.kind === 'data') return series;
        const video = series.labels.kind === 'video';
        if (series.labels.direction === 'up')
          return {
            ...series,
            nacksReceived: 3,
            plisReceived: video ? 1 : 0,
            rtxPackets: 9,
            lostBeforeRecovery: 9,
          };
        const lost = video ? 40 : 1;
        const layers: Record<string, number> = video ? { '180': 1, '720': series.tracks - 1 } : {};
        return {
          ...series,
          lost,
          lostBeforeRecovery: lost * 3,
          recovered: lost * 2,
          nacksSent: lost,
          plisSent: video ? 1 : 0,
          interruptions: 1,
          interruptionMs: 640,
          layers,
        };
      }),
    };
  }
  if (line.type === 'event' && line.identity === 'k3x9-2-p1') return null;
  if (line.type !== 'participant') return line;
  switch (line.identity) {
    case 'k3x9-2-p1':
      return {
        ...line,
        outcome: 'join_failed',
        reason: 'ice_timeout',
        joinTimeMs: null,
        tracks: [],
      };
    case 'k3x9-3-s1':
      return { ...line, outcome: 'disconnected', reason: 'connection_timeout', reconnects: 3 };
    case 'k3x9-4-p2':
      return {
        ...line,
        tracks: line.tracks.flatMap((track) => {
          if (track.direction === 'up') return [track];
          if (track.kind === 'video' && track.publisher === 'k3x9-4-p1') return [];
          return [
            {
              ...track,
              lost: 45,
              activeAtEnd: false,
              longestInterruptionMs: 12_345,
              interruptions: 2,
              interruptionMs: 13_000,
              jitterMs: 41.7,
              latencyP95Ms: 312.4,
            },
          ];
        }),
      };
    default:
      return line;
  }
};

/** Report of a host that was too small for its load, interrupted, with an unmeasured threshold. */
export const inconclusiveReport = (): ReportInput =>
  reportOf(
    altered(recordOf(specOf({ rooms: 30 })), (line) => {
      if (line.type === 'sample') {
        return {
          ...line,
          generator: generatorOf({
            cpuCores: 1.9,
            lateSends: 140,
            socketDrops: 70,
            eventLoopLagMs: 812,
            tickLatenessMs: 420,
            hostCpuShare: 1,
          }),
        };
      }
      return line.type === 'end' ? { ...line, at: 25_000, reason: 'interrupted' } : line;
    }).concat({ type: 'event', at: 25_000, event: 'interrupted' }),
    ['reconnect_time: p(95)<5s'],
  );

/** Report with three hosts: one healthy, one starved, one lost. */
export const hostsReport = (): ReportInput =>
  reportOf(
    onHosts(
      altered(recordOf(specOf({ rooms: 12 }), 3), (line) => {
        if (line.type === 'sample' && line.shard === 1 && line.at > 10_000)
          return { ...line, generator: generatorOf({ lateSends: 140, tickLatenessMs: 420 }) };
        if (line.type === 'sample' && line.shard === 2 && line.at > 8_000) return null;
        if (line.type !== 'participant' || line.shard !== 2) return line;
        return { ...line, at: 8_000, outcome: 'process_died', reason: 'process_died', tracks: [] };
      }).flatMap((line): RecordLine[] => {
        if (line.type !== 'end') return [line];
        const message = 'load-3: no message for 4 s: the host is gone';
        return [
          {
            type: 'event',
            at: 8_000,
            event: 'process_died',
            shard: 2,
            reason: 'host_lost',
            message,
          },
          line,
        ];
      }),
    ),
  );

/**
 * Report of a scenario with two groups, stages and a named window; in its last stage the calls lose
 * packets.
 */
export const stagedReport = (): ReportInput => {
  const scenario = scenarioOf(
    [
      groupOf(
        {
          type: 'ramping-rooms',
          startRooms: 0,
          stages: [
            { name: 'warm-up', durationMs: 10_000, target: 4 },
            { name: 'peak', durationMs: 10_000, target: 12 },
            { name: 'after', durationMs: 5_000, target: 12 },
          ],
        },
        {
          name: 'calls',
          roles: [roleOf({ name: 'caller', count: 1 }), roleOf({ name: 'agent', count: 1 })],
        },
      ),
      groupOf(
        { type: 'constant-rooms', rooms: 1, joinRate: 5, durationMs: 20_000 },
        {
          name: 'town-hall',
          startMs: 2_000,
          roles: [
            roleOf({
              name: 'speaker',
              count: 1,
              publish: [
                { kind: 'audio' },
                {
                  kind: 'video',
                  source: 'camera',
                  codec: 'vp8',
                  resolution: '720p',
                  simulcast: true,
                },
              ],
              data: { messagesPerSecond: 5, bytes: 100, reliable: true },
              layout: { type: 'audio-only' },
            }),
            roleOf({ name: 'viewer', count: 6, publish: [], layout: { type: 'speaker' } }),
          ],
        },
      ),
    ],
    {
      name: 'release',
      description: 'What a release must hold.',
      tags: { team: 'voice' },
      windows: [{ name: 'rush', fromMs: 8_000, toMs: 14_000 }],
      thresholds: [
        'join_time@*: p(95)<2000',
        'packet_loss{group:calls}@*: rate<0.01',
        'jitter{role:viewer}@rush: p(95)<30',
      ].map(parseThreshold),
    },
  );
  const lines = altered(recordOfScenario(scenario), (line) => {
    if (line.type !== 'sample' || line.at <= 20_000) return line;
    const lossy = line.series.map((one) =>
      one.labels.group === 'calls' && one.labels.direction === 'down'
        ? { ...one, lost: Math.round(one.packets / 40) }
        : one,
    );
    return { ...line, series: lossy };
  });
  return reportOf(lines, scenario.thresholds.map(formatThreshold));
};

/**
 * Report with another scenario name and, if it has any, messages of the deployment as its only
 * reasons.
 */
export const withMessages = (
  input: ReportInput,
  name: string,
  messages: readonly string[] = [],
): ReportInput => ({
  ...input,
  summary: { ...input.summary, scenario: { ...input.summary.scenario, name } },
  decision: {
    ...input.decision,
    reasons:
      messages.length === 0
        ? input.decision.reasons
        : messages.map((message) => ({
            code: 'deployment_unreachable',
            failed: 1,
            failure: { reason: 'tls', count: 1, message, hint: null },
          })),
  },
});
