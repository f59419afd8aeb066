import { type LoadSpec, scenarioOfLoad, specOf } from '@livekit-swarm/testkit/load-spec';
import { groupOf, roleOf, scenarioOf } from '@livekit-swarm/testkit/scenario-of';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExecutorSpec } from '../executors/registry.ts';
import { parseScenario } from '../language/parse-scenario.ts';
import type { ParticipantPlan } from '../plan.ts';
import type { DataTraffic } from '../role-keys/data.ts';
import type { Layout } from '../role-keys/layout.ts';
import type { GroupSpec } from '../scenario.ts';
import type { TrackPlan } from '../track-plan.ts';
import { expandPlan } from './expand.ts';
import { maxParticipants, planLoad } from './plan-load.ts';
import { createRoomTimelineBuilder } from './room-history.ts';
import { expectedPackets } from './shards.ts';

const everything = [0, Number.POSITIVE_INFINITY] as const;
const fromFlags = (spec: Partial<LoadSpec>) =>
  planLoad(expandPlan(scenarioOfLoad(specOf(spec)), 'r')).most(...everything);
const fromGroups = (...groups: GroupSpec[]) => planLoad(expandPlan(scenarioOf(groups), 'r'));

describe('planLoad', () => {
  it('counts rooms, participants, tracks and packets of a talk', () => {
    expect(fromFlags({ rooms: 10, participants: 2 })).toMatchObject({
      rooms: 10,
      participants: 20,
      tracksUp: 20,
      tracksDown: 20,
      packetsUp: 1_000,
      packetsDown: 1_000,
    });
    // 34 kbit/s of Opus in 50 packets, each with 72 bytes of headers.
    expect(fromFlags({ rooms: 10, participants: 2 }).bitsUp).toBeCloseTo(
      20 * (34_000 + 50 * 72 * 8),
      0,
    );
  });

  it('has the mean over time beside the maximum', () => {
    const plan = expandPlan(scenarioOfLoad(specOf({ rooms: 10, participants: 2 })), 'r');
    const load = planLoad(plan);
    const stays = plan.participants.map(({ joinAtMs, leaveAtMs }) => leaveAtMs - joinAtMs);
    const mean = load.mean(0, plan.endAtMs);
    expect(mean.participants * plan.endAtMs).toBeCloseTo(
      stays.reduce((sum, stay) => sum + stay, 0),
      3,
    );
    const steady = load.mean(plan.lastJoinAtMs, plan.endAtMs);
    expect(steady.bitsDown).toBeCloseTo(load.most(0, plan.endAtMs).bitsDown, 3);
    expect(load.mean(5, 5).participants).toBe(0);
    expect(load.mean(plan.endAtMs, plan.endAtMs + 1_000).bitsUp).toBe(0);
  });

  it.each<[string, Layout, number, number]>([
    // Layers of 720p: 180p, 360p and 720p have 23, 62 and 202 packets per second.
    ['all: everything, in full', { type: 'all' }, 4 * 202, 23 + 62 + 202],
    [
      'a grid whose tiles take the middle layer: the upper is not needed',
      { type: 'grid', tiles: 9 },
      4 * 62,
      23 + 62,
    ],
    ['small tiles take the lowest', { type: 'grid', tiles: 25 }, 4 * 23, 23],
    ['fewer tiles than videos', { type: 'grid', tiles: 3 }, 3 * 62, 23 + 62],
    ['one, large', { type: 'speaker' }, 202, 23 + 62 + 202],
    ['audio only: without subscribers no video is sent', { type: 'audio-only' }, 0, 0],
    ['nothing', { type: 'none' }, 0, 0],
  ])('has the rates that a layout receives of simulcast: %s', (_, layout, down, up) => {
    const level = fromFlags({
      rooms: 1,
      participants: 5,
      publish: ['video'],
      video: '720p',
      simulcast: true,
      layout,
    });
    expect(level.packetsDown).toBeCloseTo(5 * down, 6);
    expect(level.packetsUp).toBeCloseTo(5 * up, 6);
  });

  it('sends one layer for any tile without simulcast', () => {
    const level = fromFlags({
      rooms: 1,
      participants: 3,
      publish: ['video'],
      video: '720p',
      layout: { type: 'grid', tiles: 25 },
    });
    expect(level).toMatchObject({ packetsUp: 3 * 202, packetsDown: 3 * 2 * 202 });
  });

  it('counts data for all other participants, in packets', () => {
    const data: DataTraffic = { messagesPerSecond: 10, bytes: 3_000, reliable: true };
    expect(
      fromFlags({ rooms: 1, participants: 1, subscribers: 4, publish: [], data }),
    ).toMatchObject({
      packetsUp: 30,
      packetsDown: 120,
    });
  });

  it('counts nothing that grants forbid', () => {
    const grants = { canPublish: false, canPublishData: false };
    const mute = roleOf({
      name: 'mute',
      grants,
      data: { messagesPerSecond: 10, bytes: 100, reliable: false },
    });
    const unsubscribed = roleOf({
      name: 'unsubscribed',
      count: 1,
      grants: { canSubscribe: false },
    });
    const level = fromGroups(
      groupOf(
        { type: 'constant-rooms', rooms: 1, joinRate: 10, durationMs: 9_000 },
        { roles: [mute, unsubscribed] },
      ),
    );
    expect(level.most(...everything)).toMatchObject({
      tracksUp: 1,
      tracksDown: 2,
      packetsUp: 50,
      packetsDown: 100,
    });
  });

  it('follows rooms that open and close, at the exact time', () => {
    const ramp: ExecutorSpec = {
      type: 'ramping-rooms',
      startRooms: 0,
      stages: [
        { name: 'up', durationMs: 20_000, target: 4 },
        { name: 'down', durationMs: 20_000, target: 0 },
      ],
    };
    const load = fromGroups(groupOf(ramp));
    expect(
      [4_999, 5_000, 12_000, 20_000, 24_999, 25_000, 39_999, 40_000].map(
        (at) => load.most(at, at).rooms,
      ),
    ).toEqual([0, 1, 2, 4, 4, 3, 1, 0]);
    // A peak between two times counts, too.
    expect(load.most(0, 40_000)).toMatchObject({ rooms: 4, participants: 8, packetsUp: 400 });
    expect(load.most(0, 20_000).rooms).toBe(3);
    expect(load.fullestAtMs).toBe(20_000);
  });

  it('knows the second with the most joins', () => {
    const storm = groupOf({ type: 'constant-rooms', rooms: 100, joinRate: 40, durationMs: 9_000 });
    expect(fromGroups(storm).joinsPerSecond).toBe(40);
    const lesson = { name: 'first', atMs: 5_000, rooms: 100, joinSpreadMs: 0, durationMs: 9_000 };
    expect(
      fromGroups(storm, groupOf({ type: 'timetable', lessons: [lesson] }, { name: 'more' }))
        .joinsPerSecond,
    ).toBe(239);
  });

  it('equals the count over all participants at one time', () => {
    const video: TrackPlan = {
      kind: 'video',
      source: 'camera',
      codec: 'vp8',
      resolution: '360p',
      simulcast: false,
    };
    const churn: ExecutorSpec = {
      type: 'per-room-churn',
      rooms: 3,
      joinRate: 5,
      durationMs: 30_000,
      sessionDuration: { distribution: 'exponential', meanMs: 6_000 },
      replacementDelay: { distribution: 'uniform', minMs: 0, maxMs: 4_000 },
    };
    const roles = [
      roleOf({ name: 'host', count: 1, publish: [{ kind: 'audio' }, video], permanent: true }),
      roleOf({ name: 'guest', count: 3 }),
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, where) => {
          const { participants, endAtMs } = expandPlan(
            scenarioOf([groupOf(churn, { roles })], { seed }),
            'r',
          );
          const at = where * endAtMs;
          const there = participants.filter(
            ({ joinAtMs, leaveAtMs }) => joinAtMs <= at && at < leaveAtMs,
          );
          const tracks = (one: ParticipantPlan) =>
            there
              .filter(({ room }) => room === one.room)
              .flatMap((other) => (other === one ? [] : other.publish));
          const level = planLoad({ participants }).most(at, at);
          expect(level.participants).toBe(there.length);
          expect(level.rooms).toBe(new Set(there.map(({ room }) => room)).size);
          expect(level.tracksDown).toBe(there.reduce((sum, one) => sum + tracks(one).length, 0));
          const down = there
            .flatMap(tracks)
            .reduce((sum, { kind }) => sum + (kind === 'audio' ? 50 : 62), 0);
          expect(level.packetsDown).toBeCloseTo(down, 3);
        },
      ),
    );
  });

  // An algorithm of quadratic complexity would not end within the time limit of a test.
  it('handles a large plan', () => {
    const plan = expandPlan(
      scenarioOfLoad(specOf({ rooms: 20_000, participants: 3, joinRate: 1_000 })),
      'r',
    );
    expect(planLoad(plan).most(...everything).participants).toBe(60_000);
  });
});

describe('maxParticipants', () => {
  it('counts participants at the same time, including those that linger', () => {
    const lessons = [0, 10_000, 20_000].map((atMs, n) => ({
      name: `l${n}`,
      atMs,
      rooms: n + 1,
      joinSpreadMs: 0,
      durationMs: 10_000,
    }));
    const { participants } = expandPlan(scenarioOf([groupOf({ type: 'timetable', lessons })]), 'r');
    expect(maxParticipants(participants, 0)).toBe(6);
    expect(maxParticipants(participants, 1)).toBe(10);
    expect(maxParticipants(participants, 60_000)).toBe(12);
  });
});

describe('planLoad with actions', () => {
  const FILE = `
scenario: call
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 60s
    roles:
      host:
        publish: audio
        actions: ACTIONS
      viewer: { count: 2 }
`;
  const levels = (actions: string, ...times: number[]) => {
    const scenario = parseScenario(FILE.replace('ACTIONS', actions), { file: 'call.yaml' });
    const load = planLoad(expandPlan(scenario, 'r'));
    return times.map((at) => {
      const { tracksUp, tracksDown, packetsUp, packetsDown } = load.most(at, at + 1);
      return [tracksUp, tracksDown, packetsUp, packetsDown];
    });
  };
  const audio = [1, 2, 50, 100];

  it.each<[string, string, number[]]>([
    [
      'a shared screen',
      '[{ at: 20s, do: publish, track: { screen: 720p }, for: 20s }]',
      [2, 4, 136.9, 273.8],
    ],
    ['a mute', '[{ at: 20s, do: mute, track: audio, for: 20s }]', [0, 0, 0, 0]],
    ['what is unpublished', '[{ at: 20s, do: unpublish, track: audio, for: 20s }]', [0, 0, 0, 0]],
    [
      'a permission that is revoked, and nothing is published again with it',
      '[{ at: 20s, do: permit, permission: { canPublish: false } }, { at: 40s, do: publish, track: audio }, { at: 39s, do: permit, permission: { canPublish: true } }]',
      [0, 0, 0, 0],
    ],
  ])('counts %s while it lasts', (_, actions, during) => {
    expect(levels(actions, 10_000, 30_000, 50_000)).toEqual([audio, during, audio]);
  });

  it('counts silence between turns, and has the same packets for shards', () => {
    const text = FILE.replace('actions: ACTIONS', 'count: 2\n        turns: { overlap: 0 }');
    const plan = expandPlan(parseScenario(text, { file: 'call.yaml' }), 'r');
    const { packetsUp, bitsUp } = planLoad(plan).most(...everything);
    const header = 72 * 8 * 50;
    expect(packetsUp).toBe(100);
    expect(bitsUp).toBeCloseTo(34_000 + 1_200 + 2 * header, 0);
    const packets = expectedPackets(plan.participants, createRoomTimelineBuilder());
    // Each speaker receives one track, each viewer two; the connection has two packets per second.
    expect(packets.map(Math.round).sort((a, b) => a - b)).toEqual([102, 102, 102, 102]);
  });
});
