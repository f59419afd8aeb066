import { scenarioOfLoad, specOf } from '@livekit-swarm/testkit/load-spec';
import { groupOf, roleOf, scenarioOf } from '@livekit-swarm/testkit/scenario-of';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParticipantPlan, Plan } from '../plan.ts';
import { expandPlan } from './expand.ts';
import { createRoomTimelineBuilder } from './room-history.ts';
import { expectedPackets, splitPlan, workersAnywhere } from './shards.ts';

/** Packets per second of each shard while all participants are connected. */
const weights = (plan: Plan, count: number): number[] => {
  const timelines = createRoomTimelineBuilder();
  const rooms = Map.groupBy(plan.participants, ({ room }) => room);
  const cost = new Map<ParticipantPlan, number>();
  for (const members of rooms.values()) {
    for (const [index, packets] of expectedPackets(members, timelines).entries())
      cost.set(members[index] as ParticipantPlan, packets);
  }
  return splitPlan(plan, workersAnywhere(count)).map(({ participants }) =>
    participants.reduce((sum, one) => sum + (cost.get(one) ?? 0), 0),
  );
};

describe('splitPlan', () => {
  it('has every participant in exactly one shard, in the order of their scheduled joins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 8 }),
        (count, rooms, participants) => {
          const plan = expandPlan(scenarioOfLoad(specOf({ rooms, participants })), 'r');
          const shards = splitPlan(plan, workersAnywhere(count));
          expect(shards.map(({ shard }) => shard)).toEqual(
            Array.from({ length: count }, (_, index) => index),
          );
          const everybody = shards.flatMap((shard) => shard.participants.map(({ index }) => index));
          expect(everybody.sort((a, b) => a - b)).toEqual(
            plan.participants.map(({ index }) => index),
          );
          for (const { participants: part } of shards) {
            expect(part.map(({ joinAtMs }) => joinAtMs)).toEqual(
              part.map(({ joinAtMs }) => joinAtMs).sort((a, b) => a - b),
            );
          }
        },
      ),
    );
  });

  it('keeps rooms whole if there are enough of them, and balances', () => {
    const plan = expandPlan(
      scenarioOfLoad(specOf({ rooms: 100, participants: 4, publish: ['audio', 'video'] })),
      'r',
    );
    const shards = splitPlan(plan, workersAnywhere(3));
    const homes = shards.map(({ participants }) => new Set(participants.map(({ room }) => room)));
    expect(homes.reduce((sum, rooms) => sum + rooms.size, 0)).toBe(100);
    const [least = 0, , most = 0] = weights(plan, 3).sort((a, b) => a - b);
    expect(most / least).toBeLessThan(1.05);
  });

  it('splits a room that alone would fill more than a shard', () => {
    const plan = expandPlan(
      scenarioOfLoad(specOf({ rooms: 1, participants: 3, subscribers: 300 })),
      'r',
    );
    const [least = 0, , , most = 0] = weights(plan, 4).sort((a, b) => a - b);
    expect(most / least).toBeLessThan(1.1);
  });

  it('spreads load of the same time, not load at different times', () => {
    const lesson = (name: string, atMs: number, rooms: number) => ({
      name,
      atMs,
      rooms,
      joinSpreadMs: 0,
      durationMs: 60_000,
    });
    const lessons = [lesson('one', 0, 8), lesson('two', 60_000, 2), lesson('three', 120_000, 4)];
    const plan = expandPlan(
      scenarioOf([groupOf({ type: 'timetable', lessons }, { roles: [roleOf({ count: 3 })] })]),
      'r',
    );
    for (const { participants } of splitPlan(plan, workersAnywhere(2))) {
      const at = (time: number): number =>
        participants.filter(({ joinAtMs }) => joinAtMs === time).length;
      expect([at(0), at(60_000), at(120_000)]).toEqual([12, 3, 6]);
    }
  });

  // An algorithm of quadratic complexity would not end within the time limit of a test.
  it('splits a large plan', () => {
    const plan = expandPlan(
      scenarioOfLoad(specOf({ rooms: 20_000, participants: 3, joinRate: 1_000 })),
      'r',
    );
    for (const { participants } of splitPlan(plan, workersAnywhere(8)))
      expect(Math.abs(participants.length / 7_500 - 1)).toBeLessThan(0.01);
  });

  it('leaves shards empty rather than failing if there are too few participants', () => {
    const shards = splitPlan(
      expandPlan(scenarioOfLoad(specOf({ rooms: 1, participants: 1 })), 'r'),
      workersAnywhere(3),
    );
    expect(shards.map(({ participants }) => participants.length)).toEqual([1, 0, 0]);
  });

  it('rejects a split without workers', () => {
    expect(() => splitPlan(expandPlan(scenarioOfLoad(specOf()), 'r'), [])).toThrow(
      '1 or more shards',
    );
  });

  describe('with roles that select hosts', () => {
    const plan = expandPlan(
      scenarioOf([
        groupOf(
          { type: 'constant-rooms', rooms: 10, joinRate: 100, durationMs: 60_000 },
          {
            roles: [
              roleOf({ name: 'host', count: 1, publish: [{ kind: 'audio' }] }),
              roleOf({ name: 'viewer', count: 8, hostSelector: { region: 'us' } }),
            ],
          },
        ),
      ]),
      'r',
    );
    const EU = { region: 'eu' };
    const US = { region: 'us', rack: 'a' };

    it('puts them on selected hosts only, and balances there', () => {
      const shards = splitPlan(plan, [EU, US, EU, US]);
      const viewers = shards.map(
        ({ participants }) => participants.filter(({ role }) => role === 'viewer').length,
      );
      expect(viewers).toEqual([0, 40, 0, 40]);
      expect(shards.flatMap(({ participants }) => participants)).toHaveLength(90);
      // Other participants go to the hosts that have less load.
      const hosts = shards.map(
        ({ participants }) => participants.filter(({ role }) => role === 'host').length,
      );
      expect(hosts).toEqual([5, 0, 5, 0]);
    });

    it('fails if no worker is on a selected host', () => {
      expect(() => splitPlan(plan, [EU, EU])).toThrow(
        'the role viewer selects hosts with region=us',
      );
    });
  });
});
