/** Records of drills for tests. */
import {
  type DrillEvent,
  type EventLine,
  type HeaderLine,
  type ParticipantLine,
  planFactsOf,
  RECORD_SCHEMA,
  type RecordLine,
} from '@livekit-swarm/record';
import { recordedScenario } from '@livekit-swarm/scenario';
import { trackOf } from '@livekit-swarm/testkit/record-of';
import { JOIN_PROBE_ROLE, LOAD_ROLE, planOfDrill } from '../../src/drill/scenario-of-drill.ts';
import { drillOf } from './drill-of.ts';

/**
 * Times of the fault's injection and rollback in these records, and of the leave of all
 * participants, ms.
 */
export const FAULT_AT = 10_000;
export const ROLLBACK_AT = 20_000;
export const END_AT = 60_000;

type Happening = Partial<Omit<EventLine, 'type' | 'at'>> & Pick<EventLine, 'event'>;

export const happened = (
  identity: string,
  at: number,
  { event, ...more }: Happening,
): EventLine => ({
  type: 'event',
  at,
  event,
  identity,
  group: 'load',
  room: identity.split('-')[0] ?? '',
  role: LOAD_ROLE,
  ...more,
});

export const drillLine = (at: number, event: DrillEvent): RecordLine => ({
  type: 'drill',
  at,
  ...event,
});

/**
 * Lines of a load in which `a-1` is in room `a`. All join together, receive each other from the
 * first second, and leave at the end.
 */
export const load = (...identities: string[]): RecordLine[] =>
  identities.flatMap((identity) => [
    happened(identity, 100, { event: 'joined', node: `ND_${identity.split('-')[0]}` }),
    ...identities
      .filter((other) => other !== identity && other.split('-')[0] === identity.split('-')[0])
      .map((from) =>
        happened(identity, 500, { event: 'media_started', publisher: from, kind: 'audio' }),
      ),
    happened(identity, END_AT, { event: 'left' }),
  ]);

export const faultOn = (...rooms: string[]): RecordLine[] => [
  drillLine(FAULT_AT, {
    event: 'fault_injected',
    id: 'f1',
    fault: 'kill',
    target: { role: 'room-node' },
    params: {},
    components: ['node-1'],
    rooms,
    completedAt: FAULT_AT + 5,
  }),
  drillLine(ROLLBACK_AT, {
    event: 'fault_rolled_back',
    id: 'f1',
    fault: 'kill',
    completedAt: ROLLBACK_AT + 50,
  }),
];

/** Lines of an interruption of every subscription among these participants; null: until the end. */
export const interruption = (
  identities: readonly string[],
  fromAt: number,
  toAt: number | null,
): RecordLine[] =>
  identities.flatMap((identity) =>
    identities
      .filter((from) => from !== identity)
      .flatMap((from) => [
        happened(identity, fromAt, { event: 'media_interrupted', publisher: from, kind: 'audio' }),
        ...(toAt === null
          ? []
          : [
              happened(identity, toAt, {
                event: 'media_resumed',
                publisher: from,
                kind: 'audio',
                durationMs: toAt - fromAt,
              }),
            ]),
      ]),
  );

const plan = planOfDrill(drillOf(), 'x');

export const HEADER: HeaderLine = {
  type: 'header',
  schema: RECORD_SCHEMA,
  run: 'x',
  startedAt: '2026-11-21T08:57:39.000Z',
  startedAtMs: 1_795_251_459_000,
  scenario: recordedScenario(plan.scenario),
  plan: {
    ...planFactsOf(plan),
    windows: [
      { name: 'baseline', fromMs: 0, toMs: FAULT_AT, source: 'custom' },
      { name: 'fault', fromMs: FAULT_AT, toMs: ROLLBACK_AT, source: 'custom' },
      { name: 'recovery', fromMs: ROLLBACK_AT, toMs: END_AT, source: 'custom' },
    ],
  },
  environment: { swarm: '0.1.0', node: 'v24.21.0', cores: 4 },
  processes: 1,
};

/** A record of these lines, in the order of their times. */
export const recordOf = (...lines: RecordLine[]): RecordLine[] => [
  HEADER,
  ...lines.sort((a, b) => ('at' in a ? a.at : 0) - ('at' in b ? b.at : 0)),
];

/** Result of a participant of the load with a planned stay of its own. */
export const planned = (
  identity: string,
  joinAtMs: number,
  leaveAtMs: number,
  outcome: ParticipantLine['outcome'] = 'left',
): ParticipantLine => ({
  type: 'participant',
  at: leaveAtMs,
  shard: 0,
  identity,
  group: 'load',
  room: identity.split('-')[0] ?? '',
  role: LOAD_ROLE,
  joinAtMs,
  leaveAtMs,
  outcome,
  reason: null,
  joinTimeMs: outcome === 'join_failed' ? null : 80,
  resumes: 0,
  reconnects: 0,
  expectedTracks: { audio: 0, video: 0 },
  tracks: [],
});

/**
 * Lines of a join probe that was connected for four seconds, and received this number of its room's
 * load.
 */
export const joinProbe = (
  room: string,
  joinAtMs: number,
  heard: readonly string[],
  failure?: string,
): RecordLine[] => {
  const identity = `${room}-probe-${joinAtMs}`;
  const role = JOIN_PROBE_ROLE;
  const leaveAtMs = joinAtMs + 4_000;
  const result: ParticipantLine = {
    type: 'participant',
    at: leaveAtMs,
    shard: 0,
    identity,
    group: 'join-probes',
    room,
    role,
    joinAtMs,
    leaveAtMs,
    outcome: failure === undefined ? 'left' : 'join_failed',
    reason: failure ?? null,
    joinTimeMs: failure === undefined ? 80 : null,
    resumes: 0,
    reconnects: 0,
    remoteParticipants: heard.length,
    expectedTracks: { audio: 0, video: 0 },
    tracks: heard.map((publisher) => trackOf({ direction: 'down', kind: 'audio', publisher })),
  };
  return failure === undefined
    ? [
        happened(identity, joinAtMs + 80, { event: 'joined', role }),
        happened(identity, leaveAtMs, { event: 'left', role }),
        result,
      ]
    : [happened(identity, joinAtMs + 500, { event: 'join_failed', role, reason: failure }), result];
};
