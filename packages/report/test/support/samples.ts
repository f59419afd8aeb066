/** Made-up results of every kind. Names hold markup, which no report may pass on. */

import { type ParticipantView, readParticipant } from '@livekit-swarm/analysis';
import { compareRuns } from '@livekit-swarm/analysis/compare';
import { DEFAULT_TOLERANCES, evaluateSoak } from '@livekit-swarm/analysis/soak';
import type { NightResult } from '@livekit-swarm/chaos/night';
import type { RandomResult } from '@livekit-swarm/chaos/random';
import type { NodeChange, RollResult } from '@livekit-swarm/chaos/roll';
import {
  forecastNodes,
  type Rehearsal,
  readCurveCsv,
  type ScaleResult,
} from '@livekit-swarm/chaos/scale';
import {
  ASSUMED_CAPACITY,
  aroundTheClock,
  defaultPriceBook,
  estimateCost,
  machineHour,
  runPrice,
  usageOfPlan,
} from '@livekit-swarm/cost';
import { hlsThresholds, judgeAudience } from '@livekit-swarm/hls';
import { MetricSet, Sketch } from '@livekit-swarm/metrics';
import { type Finding, judgePresence, presenceThresholds } from '@livekit-swarm/presence';
import type { PathCheck } from '@livekit-swarm/probe';
import type { Readiness, RegionPlan } from '@livekit-swarm/ready';
import { assessHost, socketNeed } from '@livekit-swarm/runner';
import { expandPlan, planLoad } from '@livekit-swarm/scenario';
import type { RoomView } from '@livekit-swarm/sessions';
import { type CallFacts, judgeCalls, measureCalls, sipThresholds } from '@livekit-swarm/sip';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import type { Audit, Checked, Verification } from '@livekit-swarm/verify';
import { variedDrill } from '../../../chaos/test/support/drill-results.ts';
import { nightLine } from '../../../chaos/test/support/night-line.ts';
import { drawnLine } from '../../../chaos/test/support/random-drills.ts';
import type { ComparisonInput } from '../../src/comparison/index.ts';
import type { Connectivity } from '../../src/connectivity/index.ts';
import type { CostView } from '../../src/cost/cost-view.ts';
import type { ForecastView } from '../../src/forecast/forecast-view.ts';
import type { HlsResult } from '../../src/hls/index.ts';
import type { PlanView } from '../../src/plan/plan-view.ts';
import type { PresenceResult } from '../../src/presence/index.ts';
import type { RecordingsResult } from '../../src/recordings/index.ts';
import type { RegionsResult } from '../../src/regions/index.ts';
import type { SipResult } from '../../src/sip/index.ts';
import type { SloReport } from '../../src/slo/index.ts';
import type { SoakReport } from '../../src/soak/index.ts';
import { bigRun } from './big-record.ts';

/** Name that would run as a script where a page does not escape it. */
export const HOSTILE = 'a"<script>alert(1)</script>';

/** Goroutines of livekit-server 1.13.3 at rest, which it kept after cycles of 188 joins. */
const KEPT = [174, 324, 486, 715, 903, 1_067, 1_211, 1_332];

export const soakSample = (): SoakReport => ({
  schema: 'livekit-swarm/soak/1',
  scenario: HOSTILE,
  server: 'livekit-server 1.13.3',
  serverVersion: '1.13.3',
  startedAt: '2026-11-23T17:33:00Z',
  elapsedMs: 421_000,
  exitCode: 99,
  result: evaluateSoak(
    KEPT.map((goroutines, index) => ({
      atMs: index * 50_000,
      departure: 'before-response',
      joins: 188,
      joinsFailed: 0,
      recordPath: null,
      reading: {
        isIdle: true,
        waitedMs: 26_000,
        nodes: [{ node: 'livekit-server', id: 'ND_1', goroutines, descriptors: 17 }],
      },
      generatorBytes: 1e8,
    })),
    {
      tolerances: DEFAULT_TOLERANCES,
      departures: ['before-response'],
      warmUpCycles: 2,
      isLast: true,
    },
  ),
  error: null,
});

/** A night with a drill of every finding, and one that was left out. */
export const nightSample = (): NightResult => {
  const failed = { outcome: 'failed', reasons: ['split_brain'] } as const;
  const lines = [
    nightLine({ drill: 'calm' }),
    nightLine({ drill: HOSTILE, ...failed, reasons: [...failed.reasons] }),
    nightLine({ drill: 'first', finding: 'new' }),
    nightLine({
      ...{ drill: 'worse', finding: 'changed', knownFrom: 'history', exitCode: 99 },
      ...{ ...failed, reasons: ['split_brain'], message: HOSTILE },
      known: [{ outcome: 'passed', reasons: [] }],
    }),
    nightLine({
      ...{ drill: 'busy', finding: 'undecided', exitCode: 98, attempt: 2 },
      ...{ outcome: 'inconclusive', reasons: ['generator_impaired'] },
    }),
  ];
  return {
    schema: 'livekit-swarm/night/1',
    ...{ night: '2026-11-26T02:00:00.000Z', seed: 5, deployment: 'embedded lab' },
    ...{ durationMs: 350_000, exitCode: 99, agreeingNights: 3, drills: lines },
    leftOut: [
      { drill: 'late', file: 'late.yaml', reason: { code: 'max_duration' } },
      {
        ...{ drill: 'other', file: 'other.yaml' },
        reason: { code: 'fault_unavailable', fault: 'hang', why: HOSTILE },
      },
    ],
    past: [
      {
        drill: 'worse',
        outcomes: [
          {
            ...{ night: '2026-11-25T02:00:00.000Z', finding: 'known' },
            ...{ outcome: 'passed', reasons: [] },
          },
        ],
      },
    ],
    history: 'records/night/history.ndjson',
  };
};

/** A search with a drill of every outcome, and a schedule that was made smaller. */
export const randomSample = (): RandomResult => ({
  schema: 'livekit-swarm/random/1',
  ...{ startedAt: '2026-11-26T06:00:00.000Z', seed: 7, deployment: HOSTILE },
  ...{ durationMs: 3_600_000, exitCode: 99, choices: ['hang', 'kill'], isComplete: false },
  endedBy: null,
  drills: [
    drawnLine(),
    drawnLine({
      ...{ number: 2, drill: 'random-7-2', outcome: 'violated' },
      violations: [
        {
          ...{ invariant: 'room_on_two_nodes', room: HOSTILE, participants: ['a-1', HOSTILE] },
          ...{ nodes: ['ND_a', HOSTILE], fromAt: 12_000, toAt: null },
        },
        {
          ...{ invariant: 'track_of_another_room', room: 'a', participants: [HOSTILE] },
          ...{ publisher: HOSTILE, fromAt: 15_000, toAt: null },
        },
      ],
    }),
    drawnLine({ number: 3, drill: 'random-7-3', outcome: 'violated', isKnown: true }),
    drawnLine({
      ...{ number: 4, drill: 'random-7-4', outcome: 'undecided' },
      ...{ reasons: ['generator_impaired'], message: HOSTILE },
    }),
    drawnLine({ number: 5, drill: 'random-7-5', outcome: 'error', message: HOSTILE }),
  ],
  shrunk: [
    {
      ...{ schema: 'livekit-swarm/random-line/1', type: 'shrunk', number: 2, durationMs: 500_000 },
      ...{ invariants: ['room_on_two_nodes'], file: 'random-7-2-smallest.yaml', rooms: 1 },
      faults: [{ fault: 'hang', target: 'node-1', atS: 0, forS: 8 }],
      ...{ runs: 5, isMinimal: true },
    },
  ],
  history: 'records/random/history.ndjson',
});

const CHANGED: NodeChange = {
  ...{ component: 'node-1', phase: 'forward', version: '1.13.5' },
  ...{ drainingAt: 30_000, cutAt: 60_000, stoppedAt: 60_100, readyAt: 62_300 },
  ...{ checkedAt: 62_800, checkFailed: null },
  ...{ roomsBefore: 2, roomsCut: 2, participantsCut: 8, roomsAfter: 0 },
  ...{ pairsInterrupted: 24, longestInterruptionMs: 9_500 },
};

const JOINS = { attempted: 12, lost: 0, slow: 0, p95Ms: 180 };

/** A scaler that is late by load, and in time by the timetable. */
export const scaleSample = (): ScaleResult => {
  const node = {
    ...{ component: HOSTILE, orderedAt: 12_000, readyAt: 23_000 },
    ...{ registeredAt: 24_000, firstRoomAt: 25_500 },
  };
  const objectives: Rehearsal['objectives'] = [
    { code: 'joinsLost', measured: 0, limit: 0, met: true },
    { code: 'overloaded', measured: 12_500, limit: 0, met: false },
  ];
  const reactive: Rehearsal = {
    ...{ mode: 'reactive', autoscaler: null, answer: 'no', objectives },
    reasons: objectives.flatMap((objective) =>
      objective.met ? [] : [{ code: 'objective', objective } as const],
    ),
    facts: {
      metric: 'participants',
      steps: [
        { decidedAt: 12_000, from: 1, to: 2, why: 'load', crossedAt: 10_000, nodes: [node] },
        { decidedAt: 50_000, from: 2, to: 1, why: 'load', crossedAt: null, nodes: [] },
      ],
      removed: [
        {
          ...{ component: HOSTILE, why: 'spot', noticedAt: 40_000, drainingAt: 40_100 },
          ...{ stoppedAt: 50_000, roomsCut: 1, participantsCut: 3, replacement: null },
        },
      ],
      joins: { before: JOINS, during: { ...JOINS, slow: 2 }, after: { ...JOINS, p95Ms: null } },
      ...{ overloadedMs: 12_500, mostLoad: 31, reversals: 1, disconnected: 1, recovered: 2 },
      ...{ nodeMs: 180_000, optimumMs: 120_000, optimumOf: 'timetable' },
      ...{ unreadable: 0, unnamed: [] },
      durationMs: 90_000,
      moments: [
        { at: 0, load: 0, wanted: 1, serving: 1 },
        { at: 12_000, load: null, wanted: 2, serving: 1 },
      ],
      autoscaler: null,
    },
    ...{ loadVerdict: 'passed', serverVersion: '1.13.4', record: 'records/scale/record.ndjson' },
  };
  return {
    schema: 'livekit-swarm/scale/1',
    file: {
      scaler: HOSTILE,
      description: undefined,
      scenario: { file: 'load.yaml', scale: undefined },
      nodes: { min: 1, max: 3, carries: 30, boot: 10_000, config: {} },
      rule: {
        ...{ metric: 'participants', target: 20, every: 2_000, tolerance: 0.1 },
        ...{ coolDown: { up: 0, down: 30_000 }, scaleIn: 'newest', drain: 30_000 },
        ...{ mode: 'reactive', ahead: 15_000 },
      },
      spot: [],
      objectives: {
        ...{ joinsLost: 0, slowJoin: 5_000, slowJoins: 0, overloaded: 0, callsCut: 0 },
        ...{ reversals: 0, firstRoom: undefined },
      },
    },
    startedAt: '2026-11-27T09:00:00Z',
    rehearsals: [
      reactive,
      {
        ...reactive,
        ...{ mode: 'predictive', answer: 'unknown' },
        reasons: [{ code: 'generator', findings: [HOSTILE] }],
      },
    ],
  };
};

/** A roll that was stopped at its second node and undone. */
export const rollSample = (): RollResult => {
  const release = { program: '1.13.5', config: {}, configFile: null };
  return {
    schema: 'livekit-swarm/roll/1',
    request: {
      ...{ from: { ...release, label: '1.11.0', program: '1.11.0' } },
      ...{ to: { ...release, label: HOSTILE } },
      ...{ order: 'in-place', drainMs: 30_000, end: 'sigkill', gateMs: 30_000 },
      ...{ settleMs: 15_000, rollback: false },
    },
    outcome: 'undone',
    stoppedBy: { code: 'gate_failed', component: 'node-2', message: HOSTILE },
    nodes: [
      CHANGED,
      { ...CHANGED, component: 'node-2', checkedAt: null, checkFailed: HOSTILE, roomsCut: 0 },
      { ...CHANGED, phase: 'undo', version: '1.11.0', cutAt: null },
    ],
    mixedMs: 65_000,
    rooms: [
      {
        ...{ room: HOSTILE, participants: 4, pairs: 12, pairsInterrupted: 12 },
        ...{ pairsNotRecovered: 0, longestInterruptionMs: 10_250, disconnected: 0, moved: true },
      },
      {
        ...{ room: 'calls-2', participants: 4, pairs: 12, pairsInterrupted: 4 },
        ...{ pairsNotRecovered: 1, longestInterruptionMs: null, disconnected: 1, moved: false },
      },
    ],
    joins: { attempted: 31, failed: 2 },
    drain: {
      lengths: { medianMs: 120_000, maxMs: 120_000 },
      rows: [
        { drainMs: 30_000, cut: 0.75 },
        { drainMs: 120_000, cut: 0 },
      ],
      byLength: [{ lengthMs: 300_000, cut: 0.9 }],
    },
    backends: [
      { at: 29_000, healthy: 3, total: 3 },
      { at: 61_000, healthy: 2, total: 3, unhealthy: ['node-1'] },
    ],
    drill: variedDrill(),
  };
};

/** A comparison without any run: inconclusive, and a problem. */
/** A participant with a hostile name, a stopped track and a lost connection. */
export const participantSample = (): Promise<ParticipantView> => {
  const identity = (room: number, person: number): string =>
    room + person === 0 ? HOSTILE : `k3x9-${room + 1}-p${person + 1}`;
  const lines = [...bigRun({ rooms: 2, people: 3, seconds: 20, shards: 1, identity })];
  return readParticipant(() => lines, HOSTILE);
};

export const comparisonSample = async (): Promise<ComparisonInput> => ({
  comparisons: [await compareRuns({ name: '1.13.4', runs: [] }, { name: HOSTILE, runs: [] })],
  sides: [],
  notes: [{ code: 'records', folder: 'records/ab' }],
  interrupted: false,
  problem: null,
});

const checked = (given: Partial<Checked> & Pick<Checked, 'id' | 'outcome'>): Checked => ({
  ...{ title: `${given.id} is right`, evidence: [], reason: null, cause: null, fix: null },
  seconds: 0.1,
  ...given,
});

export const verifySample = (): Verification => {
  const found = { evidence: [HOSTILE, 'a | b'], cause: 'a cause', fix: 'a fix' };
  return {
    ...{ url: 'wss://livekit.example.com', verdict: 'failed', exitCode: 99 },
    checks: [
      checked({ id: 'dns', outcome: 'passed', evidence: ['192.0.2.1'] }),
      checked({ id: 'udp', outcome: 'error', ...found }),
      checked({ id: 'ice-tcp', outcome: 'warning', ...found }),
      checked({ id: 'turn', outcome: 'unknown', reason: 'no answer' }),
      checked({ id: 'idle', outcome: 'skipped', reason: 'takes its time' }),
    ],
  };
};

export const auditSample = (): Audit => ({
  ...verifySample(),
  ...{ startedAt: '2026-11-27T10:00:00.000Z', endedAt: '2026-11-27T10:00:20.000Z' },
  version: '0.1.0',
});

export const readySample = (): Readiness => ({
  ...verifySample(),
  ...{ answer: 'no', headroom: 1.5 },
  event: {
    ...{ scenario: 'webinar', participants: 3_000, largestRoom: 20, isOneRoom: false },
    ...{ beginsAtMs: Date.UTC(2026, 0, 16, 10), endsAtMs: Date.UTC(2026, 0, 16, 12) },
  },
});

const REGIONS: RegionPlan = {
  regions: ['eu', 'us'].map((name, index) => ({
    ...{ name, latitude: 50, longitude: 8, redis: null, entry: name, allowed: null },
    nodes: [{ address: `10.${index + 1}0.0.2`, region: name }],
  })),
  rttMs: [
    [4, 90],
    [90, 4],
  ],
  loss: [
    [0, 0],
    [0, 0],
  ],
  ...{ sharedRedis: 'eu', selector: { kind: 'regionaware', sortBy: 'random' }, lose: 'us' },
  limits: { latencyMs: null, joinMs: null, recoveryMs: 90_000 },
};

export const regionsSample = (): RegionsResult => {
  const { verdict, exitCode, checks } = verifySample();
  const user = { identity: HOSTILE, user: 'us', before: 'us', hears: true };
  return {
    ...{ answer: 'no', verdict, exitCode, checks, file: HOSTILE, plan: REGIONS },
    startedAtMs: Date.UTC(2026, 10, 27, 9),
    facts: {
      ...{ serverVersion: '1.13.5', nodes: [], announced: [], traffic: [], impaired: [] },
      joins: [
        {
          ...{ room: 'home-eu-eu', opener: 'eu', user: 'eu', identity: HOSTILE, entry: 'eu' },
          ...{ node: null, joinMs: null, hears: false, failure: HOSTILE },
        },
      ],
      latencies: [
        {
          ...{ publisher: 'eu', subscriber: 'us', site: 'eu', p50Ms: 49.4, p95Ms: null },
          ...{ lost: 2, packets: 98 },
        },
      ],
      loss: {
        ...{ region: 'us', movedAfterMs: 3_000, watchedMs: 40_000 },
        users: [
          { ...user, isAffected: true, backAfterMs: 31_200, after: 'eu' },
          { ...user, isAffected: true, backAfterMs: null, after: null },
        ],
      },
    },
  };
};

const path = (given: Partial<PathCheck> & Pick<PathCheck, 'path' | 'outcome'>): PathCheck => ({
  ...{ node: null, nodeId: HOSTILE, announced: [], addressFamily: null, joinTimeMs: null },
  ...{ allocationTimeMs: null, packetLoss: null, latencyMs: null, addedLatencyMs: null },
  ...{ reason: null, message: null, hint: null },
  ...given,
});

export const connectivitySample = (): Connectivity => ({
  url: 'wss://livekit.example.com',
  required: false,
  checks: [
    path({ path: 'direct', outcome: 'works', joinTimeMs: 62, latencyMs: 0.4 }),
    path({ path: 'turn-tls', outcome: 'failed', reason: 'ice_timeout', message: HOSTILE }),
    path({ path: 'ice-tcp', outcome: 'not_offered', hint: 'set rtc.tcp_port' }),
  ],
});

export const hlsSample = (): HlsResult => {
  const metrics = new MetricSet();
  metrics.rate('hls_skipped', {}, 3, 100);
  metrics.trend('hls_startup_time').add(180);
  const generator = { cpuSeconds: 2.5, loopDelayP99Ms: 11, loopDelayMaxMs: 40, noSockets: 0 };
  const problem = { code: 'http_status', url: HOSTILE, status: 404, detail: null } as const;
  const at = { firstMs: 10_000, lastMs: 12_000 };
  return {
    ...{ url: 'https://cdn.example.com/radio/main.m3u8', listeners: 3, exitCode: 99 },
    stream: {
      ...{ playlistUrl: HOSTILE, targetDurationMs: 2_000, segments: 6, hasDates: true },
      leftOut: ['renditions'],
    },
    audience: {
      ...{ startedAtMs: 5_000, endedAtMs: 65_000, metrics, dropped: 0, generator },
      counts: {
        ...{ listeners: 3, started: 3, playing: 0, failed: 0, streamsEnded: 0 },
        ...{ segments: 97, bytes: 9_700_000 },
      },
      findings: [
        { code: 'problem', listeners: 3, times: 9, problem, ...at },
        {
          ...{ code: 'skipped', listeners: 3, mediaSequence: 7, segments: 1, durationMs: 2_000 },
          ...{ reason: 'not_loaded', atMs: 16_000 },
        },
        {
          ...{ code: 'stale', listeners: 3, mediaSequence: 19, untilMs: 36_000 },
          from: { earliestMs: 20_000, latestMs: 20_200 },
          to: { earliestMs: 29_000, latestMs: 29_100 },
        },
        {
          ...{ code: 'stalled', listeners: 2, fromMs: 26_000, toMs: 29_300, longestMs: 3_200 },
          isOver: true,
        },
        { code: 'older_playlist', listeners: 1, times: 2, segmentsBehind: 1, ...at },
        { code: 'restarted', listeners: 3, mediaSequence: 0, firstMs: 50_000 },
      ],
      notes: { discontinuities: 1, leftOut: [] },
    },
    judgement: judgeAudience({ metrics, generator }, hlsThresholds([])),
  };
};

export const sipSample = (): SipResult => {
  const signalling: CallFacts['signalling'] = {
    ...{ callId: 'a', invitedAtMs: 5_000, ringingAtMs: 5_100, answeredAtMs: 5_500, status: 200 },
    ...{ finalAtMs: 5_500, isUnheard: false, isChallenged: false, repeats: 0 },
    ...{
      cancelledAtMs: null,
      lateAnswerAtMs: null,
      offer: null,
      byeAtMs: 15_500,
      byeAnsweredAtMs: 15_520,
      referredAtMs: null,
    },
    ...{ referStatus: null, transferStatus: null, closedAtMs: null, end: 'hung_up', answer: 'v=0' },
  };
  const media: CallFacts['media'] = {
    ...{ packets: 500, others: 0, lost: 0, jitterMs: 1, firstAtMs: 5_520, voiceAtMs: 5_900 },
    ...{ longestGapMs: 22, sent: 500, sendErrors: 0, early: 0, dtmf: '12#', hasAddress: true },
  };
  const failed = { answeredAtMs: null, ringingAtMs: null, byeAtMs: null, byeAnsweredAtMs: null };
  const calls: CallFacts[] = [
    { number: 1, to: '100', from: 'swarm', signalling, media, room: null },
    {
      ...{ number: 2, to: '486', from: 'swarm', media: null, room: null },
      signalling: { ...signalling, ...failed, invitedAtMs: 6_000, status: 486, end: 'refused' },
    },
    {
      ...{ number: 3, to: HOSTILE, from: 'swarm', media: null, room: null },
      signalling: {
        ...{ ...signalling, ...failed, invitedAtMs: 5_500, status: null, end: 'open' },
        isUnheard: true,
      },
    },
    {
      ...{ number: 4, to: '900', from: 'swarm', room: null },
      media: { ...media, packets: 0, firstAtMs: null, voiceAtMs: null, jitterMs: null },
      signalling: { ...signalling, invitedAtMs: 6_500, referredAtMs: 15_000 },
    },
  ];
  const run: SipResult['run'] = {
    ...{ startedAtMs: 5_000, endedAtMs: 16_000, planned: 4, calls, followed: null },
    generator: {
      ...{ sippVersion: 'v3.6.1', cpuSeconds: 1, loopDelayP99Ms: 11, loopDelayMaxMs: 30 },
      portConflicts: 0,
    },
  };
  const metrics = measureCalls(run);
  return {
    ...{ address: 'sip:sip.example.com:5060', callsPerSecond: 2, concurrency: 10, run, metrics },
    ...{ judgement: judgeCalls(run, metrics, sipThresholds([])), exitCode: 99 },
  };
};

export const presenceSample = (): PresenceResult => {
  const metrics = new MetricSet();
  metrics.count('presence_missed', {}, 1);
  metrics.count('presence_duplicates', {}, 3);
  metrics.count('presence_unexpected', {}, 1);
  metrics.count('presence_out_of_order', {}, 1);
  const delay = new Sketch();
  delay.add(40);
  metrics.trend('webhook_delay').merge(delay);
  metrics.trend('presence_ghost_time').add(17_500);
  const about = { room: 'swarm-a-1', identity: HOSTILE, track: null };
  const findings: Finding[] = [
    { code: 'unlisted', identity: HOSTILE, room: 'r', fromMs: 100, forMs: 2_400, isOver: true },
    { code: 'unexpected', event: 'participant_joined', atMs: 2_000, ...about },
    { code: 'repeated', event: 'participant_joined', atMs: 2_100, ...about },
    {
      ...{ code: 'out_of_order', event: 'participant_joined', atMs: 10_500 },
      ...{ after: 'participant_left', by: 'arrival', ...about },
    },
    {
      ...{ code: 'delivered_again', event: 'track_published', atMs: 11_500, times: 2 },
      ...{ ...about, track: 'audio' },
    },
    {
      ...{ code: 'ghost', identity: HOSTILE, room: 'r', end: 'vanished' },
      ...{ fromMs: 20_000, forMs: 17_500, isOver: false },
    },
    { code: 'missed', event: 'room_finished', atMs: null, ...about, identity: null },
  ];
  return {
    ...{ startedAtMs: 5_000, deployment: 'wss://livekit.example.com', load: HOSTILE },
    presence: {
      ...{ sessions: 4, rooms: 2, webhooks: { own: 29, others: 3 } },
      polls: { answered: 60, failed: 2 },
      events: [
        { event: 'participant_left', due: 4, reported: 4, again: 0, delay },
        { event: 'room_finished', due: 2, reported: 1, again: 0, delay: new Sketch() },
      ],
      ...{ findings, metrics },
    },
    judgement: judgePresence(metrics, presenceThresholds([]), {
      ...{ sessions: 4, isUnanswered: false, isImpaired: false },
    }),
    ...{ isImpaired: false, exitCode: 99 },
  };
};

export const sloSample = (): SloReport => {
  const counted = { total: 1_000, bad: 20, excluded: { total: 10, bad: 10 } };
  const known = { objective: 0.99, unit: 'joins', covered: 0.998, unknownMs: 600_000 };
  const joins = { slo: 'joins', title: 'Joins', ...known };
  return {
    prometheus: 'http://127.0.0.1:9090',
    months: [
      {
        name: '2026-10',
        fromMs: Date.UTC(2026, 9, 1),
        toMs: Date.UTC(2026, 10, 1),
        exclusions: [
          {
            ...{ fromMs: Date.UTC(2026, 9, 5), toMs: Date.UTC(2026, 9, 5, 1), by: 'drill' },
            ...{ name: HOSTILE, cluster: 'eu', applies: true },
          },
        ],
        results: [
          {
            ...joins,
            labels: { cluster: 'eu' },
            ...counted,
            good: 0.98,
            met: false,
            budgetUsed: 2,
          },
          {
            ...{ ...joins, labels: { cluster: HOSTILE }, ...counted, bad: 0 },
            ...{ good: 1, met: true, budgetUsed: 0 },
          },
          {
            ...{ ...joins, labels: { cluster: 'ap' }, ...counted, total: 0, bad: 0 },
            ...{ good: null, met: null, budgetUsed: null },
          },
        ],
      },
    ],
  };
};

const plan = expandPlan(scenarioOfLoad({ rooms: 3, durationMs: 10_000 }), 'plan');

export const planSample = (): PlanView => {
  const load = planLoad(plan);
  const host = { cores: 4, memoryBytes: 8e9, limits: { openFiles: 20_000, localPorts: 28_000 } };
  const need = socketNeed('auto');
  return {
    ...{ plan, load, host },
    assessment: assessHost({ plan, load, host, workers: null, need, server: 'embedded' }),
    calibration: { source: 'given', microsPerPacket: 2 },
    cloudPrice: runPrice(plan, defaultPriceBook()),
  };
};

export const costSample = (): CostView => {
  const book = defaultPriceBook();
  const perMonth = aroundTheClock(plan);
  const rules = {
    ...{ capacity: ASSUMED_CAPACITY, headroom: 1.5, minNodes: 1, scaled: false },
    ...{ turn: null, storage: null, staff: 0 },
  };
  const usage = usageOfPlan(plan, perMonth, 1);
  return {
    load: { name: 'calls', assumptions: [{ type: 'around_the_clock', perMonth }] },
    estimate: estimateCost({ book, usage, rules, providers: [], traffic: null }),
    ...{ rules, book },
  };
};

/** A day for whose rise a reactive scaler is too late. */
export const forecastSample = (): ForecastView => ({
  name: HOSTILE,
  forecast: forecastNodes(
    readCurveCsv('time,participants\n8:00,100\n8:10,1000\n12:00,1000\n12:00,0\n13:00,0', 'day.csv'),
    { carries: 150, headroom: 1.5, boot: 300_000, every: 15_000, coolDown: 300_000, min: 1 },
  ),
  carries: { type: 'measured', scenario: HOSTILE, cores: 4, scaledTo: 8 },
  price: machineHour(defaultPriceBook(), { provider: 'aws', machine: 'c6i.2xlarge' }),
  workload: { kind: 'Deployment', name: 'livekit' },
});

/** Room in which the uplink of a participant loses packets for a minute. */
export const sessionSample = (): RoomView => {
  const fromMs = Date.UTC(2026, 10, 23, 12);
  const subject = { type: 'participant', sid: 'PA_1', identity: 'ben', path: 'direct' } as const;
  return {
    ...{ room: HOSTILE, identity: null, truncated: true, fromMs, toMs: fromMs + 600_000 },
    sessions: [
      {
        ...{ sid: 'PA_1', room: HOSTILE, identity: 'ben', node: 'ND_1', path: 'direct' },
        ...{ network: null, sdk: 'js', browser: null, leftMs: null, leftReason: null },
        ...{ joinedMs: fromMs, seenMs: fromMs + 600_000 },
        figures: [
          { atMs: fromMs, up: 0.001, down: null },
          { atMs: fromMs + 60_000, up: 0.081, down: null },
        ],
      },
    ],
    events: [{ atMs: fromMs, code: 'joined', detail: HOSTILE, sid: 'PA_1' }],
    findings: [
      {
        ...{ leg: 'sender_uplink', subject, loss: 0.081, confidence: 'high' },
        evidence: [
          { code: 'node_missed_packets', lost: 81, packets: 1_000 },
          { code: 'receivers_of_sender', impaired: 3, of: 3 },
        ],
        ...{ fromMs: fromMs + 60_000, toMs: fromMs + 120_000, windows: 6 },
      },
    ],
  };
};

/** A good recording, one with every kind of defect, one that is not there, and one that was not read. */
export const recordingsSample = (): RecordingsResult => {
  const expected = { publishedMs: 8_000, kinds: ['audio', 'video'], codecs: null } as const;
  const track = { startMs: 0, endMs: 8_000, packets: 200, gaps: [] };
  const gap = { fromMs: 1_000, toMs: 2_500 };
  const audio = { ...track, kind: 'audio', codec: 'aac' } as const;
  const video = { ...track, kind: 'video', codec: 'h264' } as const;
  const contents = { statedMs: 8_000, black: [], silent: [], damage: null };
  return {
    ...{ startedAtMs: 5_000, verdict: 'failed', exitCode: 99 },
    recordings: [
      {
        ...{ name: 'good.mp4', expected, egress: null, defects: [], unread: null },
        facts: {
          ...{ ...contents, bytes: 1_200_000, tracks: [audio, video], segments: null },
          avOffset: { firstMs: 0, lastMs: 20, marks: 7, periodMs: 1_000 },
        },
      },
      {
        ...{ name: HOSTILE, expected: { ...expected, kinds: null }, egress: null, unread: null },
        facts: {
          ...{ ...contents, bytes: 4_000, avOffset: null },
          tracks: [{ ...video, codec: 'vp8', endMs: 5_000, gaps: [gap] }],
          segments: { listed: 4, missing: [HOSTILE], hasEnded: false },
        },
        defects: [
          { code: 'truncated', statedMs: 8_000, actualMs: 5_000 },
          { code: 'wrong_duration', expectedMs: 8_000, actualMs: 5_000 },
          { code: 'missing_track', kind: 'audio' },
          { code: 'short_track', kind: 'video', lateMs: 0, earlyMs: 3_000 },
          { code: 'wrong_codec', kind: 'video', codec: 'vp8' },
          { code: 'gap', kind: 'video', ...gap },
          { code: 'av_offset', offsetMs: -300, periodMs: 1_000 },
          { code: 'black', ...gap },
          { code: 'silent', ...gap },
          { code: 'damaged', count: 3, first: HOSTILE },
          { code: 'missing_segments', names: [HOSTILE, 'b', 'c', 'd', 'e', 'f'] },
          { code: 'unfinished_playlist' },
          { code: 'empty' },
          { code: 'unreadable', detail: HOSTILE },
        ],
      },
      {
        ...{ name: 'none.ogg', expected, egress: null, facts: null, unread: null },
        defects: [{ code: 'missing' }],
      },
      {
        ...{ name: 's3://lessons/a.mp4', expected, egress: null, facts: null, defects: [] },
        unread: HOSTILE,
      },
      {
        ...{ name: 'room.mp4', expected, facts: null, unread: null },
        egress: {
          source: { room: HOSTILE, kind: 'room', of: null, tracks: ['audio'], path: 'room.mp4' },
          ...{ egressId: 'EG_1', requestedAtMs: 1_000, activeAtMs: 3_400, stoppedAtMs: 9_000 },
          ...{ endedAtMs: 9_500, state: 'failed', error: HOSTILE, details: HOSTILE, file: null },
        },
        defects: [
          { code: 'refused', message: HOSTILE },
          { code: 'not_started', waitedMs: 30_000 },
          { code: 'ended_early', afterMs: 2_000 },
          { code: 'not_complete', state: 'failed', error: HOSTILE },
          { code: 'not_ended', state: 'active', waitedMs: 60_000 },
        ],
      },
    ],
  };
};
