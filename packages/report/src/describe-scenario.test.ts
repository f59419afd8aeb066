import {
  type ExecutorSpec,
  type GroupSpec,
  type RoleSpec,
  type Scenario,
  scenarioOfFlags,
} from '@livekit-swarm/scenario';
import { groupOf, roleOf, scenarioOf } from '@livekit-swarm/testkit/scenario-of';
import { describe, expect, it } from 'vitest';
import { describeScenario } from './describe-scenario.ts';

const role = (name: string, count: number, changes: Partial<RoleSpec> = {}): RoleSpec =>
  roleOf({ name, count, ...changes });

const group = (
  executor: ExecutorSpec,
  roles = [role('caller', 1), role('agent', 1)],
  name = 'calls',
): GroupSpec => groupOf(executor, { name, roles });

const scenario = (...groups: GroupSpec[]): Scenario => scenarioOf(groups, { name: 'voice-ai' });

const constant: ExecutorSpec = {
  type: 'constant-rooms',
  rooms: 20,
  joinRate: 50,
  durationMs: 30_000,
};
const stage = (name: string, durationMs: number, target: number) => ({ name, durationMs, target });

describe('what flags ask for', () => {
  it.each([
    [{}, '20 rooms × 2 participants, audio, 30s'],
    [
      { rooms: '1', participants: '1', subscribers: '500' },
      '1 room × 1 participant + 500 subscribers, audio, 30s',
    ],
    [
      { publish: 'audio,video', simulcast: true, layout: 'grid:4', dataRate: '10/s:200B:reliable' },
      '20 rooms × 2 participants, audio and 720p vp8 simulcast, data 10/s:200B:reliable, layout grid:4, 30s',
    ],
    [{ room: 'town-hall', duration: '2m' }, 'room town-hall × 2 participants, audio, 2m'],
    [{ publish: 'none' }, '20 rooms × 2 subscribers, publishing nothing, 30s'],
  ])('%j', (flags, text) => {
    expect(describeScenario(scenarioOfFlags(flags))).toBe(text);
  });
});

describe('every executor', () => {
  it.each<[ExecutorSpec, string]>([
    [constant, '20 rooms × 1 caller + 1 agent, audio, 30s'],
    [
      {
        type: 'ramping-rooms',
        startRooms: 20,
        stages: [
          stage('before', 60_000, 20),
          stage('spike', 60_000, 200),
          stage('after', 120_000, 200),
        ],
      },
      '20 → 200 rooms × 1 caller + 1 agent, audio, 3 stages in 4m',
    ],
    [
      {
        type: 'ramping-rooms',
        startRooms: 0,
        stages: Array.from({ length: 40 }, (_, index) => stage(`s${index}`, 1_000, index % 2)),
      },
      '0 → 1 → 0 → 1 → 0 → … → 1 rooms × 1 caller + 1 agent, audio, 40 stages in 40s',
    ],
    [
      {
        type: 'constant-arrival-rate',
        rate: 5,
        timeUnitMs: 1_000,
        durationMs: 60_000,
        roomDuration: { distribution: 'constant', ms: 20_000 },
        maxRooms: 100,
      },
      '5/s new rooms × 1 caller + 1 agent, audio, open for 20s, at most 100 at a time, 1m',
    ],
    [
      {
        type: 'ramping-arrival-rate',
        startRate: 1,
        timeUnitMs: 60_000,
        stages: [stage('up', 90_000, 30), stage('down', 30_000, 0)],
        roomDuration: { distribution: 'uniform', minMs: 5_000, maxMs: 90_000 },
        maxRooms: null,
      },
      '1 → 30 → 0/min new rooms × 1 caller + 1 agent, audio, open for 5s to 1m 30s, 2 stages in 2m',
    ],
    [
      {
        type: 'per-room-churn',
        rooms: 50,
        joinRate: 20,
        durationMs: 600_000,
        sessionDuration: { distribution: 'lognormal', medianMs: 45_000, sigma: 0.8 },
        replacementDelay: { distribution: 'exponential', meanMs: 2_500 },
      },
      '50 rooms × 1 caller + 1 agent, audio, sessions of about 45s (lognormal), replaced after 2.5s on average (exponential), 10m',
    ],
    [
      {
        type: 'timetable',
        lessons: [
          { name: 'one', atMs: 0, rooms: 30, joinSpreadMs: 60_000, durationMs: 3_000_000 },
          { name: 'two', atMs: 3_600_000, rooms: 40, joinSpreadMs: 60_000, durationMs: 3_000_000 },
          {
            name: 'three',
            atMs: 7_200_000,
            rooms: 30,
            joinSpreadMs: 60_000,
            durationMs: 3_000_000,
          },
        ],
      },
      '30 / 40 rooms × 1 caller + 1 agent, audio, 3 lessons, 2h 50m',
    ],
  ])('%o', (executor, text) => {
    expect(describeScenario(scenario(group(executor)))).toBe(`voice-ai: ${text}`);
  });
});

describe('a scenario', () => {
  it('lists what each role publishes when they differ', () => {
    const roles = [
      role('host', 1, {
        publish: [
          { kind: 'video', source: 'screen', codec: 'vp8', resolution: '1080p', simulcast: false },
        ],
        subscribe: false,
      }),
      role('controller', 4, {
        publish: [],
        data: { messagesPerSecond: 30, bytes: 64, reliable: true },
      }),
      role('viewers', 2, { publish: [] }),
    ];
    expect(describeScenario(scenario(group(constant, roles)))).toBe(
      'voice-ai: 20 rooms × 1 host (1080p vp8 screen) + 4 controllers (data 30/s:64B:reliable) + 2 viewers, 30s',
    );
  });

  it('lists it once when only some publish', () => {
    const roles = [role('viewer', 50, { publish: [] }), role('dj', 1), role('guest', 2)];
    expect(describeScenario(scenario(group(constant, roles)))).toBe(
      'voice-ai: 20 rooms × 50 viewers + 1 dj + 2 guests, audio, 30s',
    );
  });

  it('names its groups when there are several, and when they begin', () => {
    const late = { ...group(constant, [role('visitor', 3)], 'lobby'), startMs: 10_000 };
    expect(describeScenario(scenario(group(constant), late))).toBe(
      'voice-ai: calls: 20 rooms × 1 caller + 1 agent, audio, 30s; lobby: 20 rooms × 3 visitors, audio, 30s, from 10s on',
    );
  });

  it('lists the roles with a network preset', () => {
    const roles = [role('caller', 2, { network: { name: 'weak-4g', impairment: {} as never } })];
    expect(describeScenario(scenario(group(constant, roles)))).toBe(
      'voice-ai: 20 rooms × 2 callers, audio, callers on weak-4g, 30s',
    );
  });
});
