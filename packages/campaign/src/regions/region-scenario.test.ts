import { expandPlan } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import { openerOf, type RegionPhase, regionScenario } from './region-scenario.ts';

const region = (name: string) => ({
  ...{ name, latitude: 0, longitude: 0, nodes: [], redis: null, entry: name, allowed: null },
});

/** Users of each room in the order of their joins. */
const roomsOf = (phase: RegionPhase): Record<string, string[]> => {
  const plan = {
    ...{ regions: ['eu', 'us-east'].map(region), rttMs: [], loss: [], sharedRedis: null },
    selector: { kind: 'any' as const, sortBy: 'random' },
    ...{ lose: null, limits: { latencyMs: null, joinMs: null, recoveryMs: 1 } },
  };
  const endpoints = { endpoint: (name: string) => `http://198.18.0.1/${name}`, servers: [] };
  const { participants } = expandPlan(regionScenario(plan, phase, 10, endpoints), 'x');
  const rooms: Record<string, string[]> = {};
  for (const { room, role, hostSelector, connect } of participants.toSorted(
    (a, b) => a.joinAtMs - b.joinAtMs,
  )) {
    expect(hostSelector).toEqual({ region: role });
    expect(connect?.url).toBe(`http://198.18.0.1/${role}`);
    rooms[room] = [...(rooms[room] ?? []), role];
  }
  return rooms;
};

test('at home, two users of a region are in a room', () => {
  expect(roomsOf('home')).toEqual({
    home_eu_eu: ['eu', 'eu'],
    'home_us-east_us-east': ['us-east', 'us-east'],
  });
});

test('across, the user who opens a room joins before the one from elsewhere', () => {
  const rooms = roomsOf('across');
  expect(rooms).toEqual({
    'across_eu_us-east': ['eu', 'us-east'],
    'across_us-east_eu': ['us-east', 'eu'],
  });
  expect(Object.keys(rooms).map(openerOf)).toEqual(['eu', 'us-east']);
});
